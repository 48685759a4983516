#!/usr/bin/env bash
# Codex CLI 0.171.0 tells the model another type than an MCP server's schema has, where that is a tuple, `true`, or an enum without a type.
#
# A good guess: what a server says of its tool (JSON Schema 2020-12, the default of MCP) reaches the model as it is. Seen in the body of the
# request: `prefixItems` of two integers becomes `items: {"type": "string"}`, a property whose schema is `true` becomes a string, and an enum
# of numbers without a type is called a string too. A model that goes by that sends texts where the server wants numbers, and the server,
# which is right, refuses them.
#
# Output seen (Node 20 and 24, 2026-11-29):
#   {"span":{"type":"array","items":{"type":"string"}},"extra":{"type":"string"},"row":{"type":"string","enum":[1,2]}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact @openai/codex@0.171.0 >/dev/null 2>&1
mkdir home work
cat >server.mjs <<'JS'
import { createInterface } from 'node:readline'

const inputSchema = {
  type: 'object',
  properties: {
    span: { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'integer' }] },
    extra: true,
    row: { enum: [1, 2] },
  },
}
const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'theatre', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools: [{ name: 'book', description: 'Books a seat.', inputSchema }] }),
}
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined) continue
  const result = answers[method]?.(params ?? {}) ?? {}
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result }))
}
JS
cat >probe.mjs <<'JS'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'

let seen = null
const find = (value) => {
  if (value === null || typeof value !== 'object') return
  if (value.properties?.span !== undefined) seen ??= value.properties
  for (const inner of Object.values(value)) find(inner)
}
const server = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  if (request.method !== 'POST') return response.writeHead(404).end()
  find(JSON.parse(body))
  const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Done', annotations: [] }] }
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 }
  const told = { id: 'resp_1', object: 'response', status: 'completed', output: [item], usage }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of [
    { type: 'response.created', response: { ...told, status: 'in_progress', output: [] } },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: told },
  ]) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  response.end()
})
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const home = `${process.cwd()}/home`
writeFileSync(
  `${home}/config.toml`,
  `model = "a-model"
model_provider = "probe"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.probe]
name = "Probe"
base_url = "http://127.0.0.1:${server.address().port}/v1"
env_key = "PROBE_KEY"
wire_api = "responses"
[mcp_servers.theatre]
command = ${JSON.stringify(process.execPath)}
args = [${JSON.stringify(`${process.cwd()}/server.mjs`)}]
`,
)
const args = ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', 'Say hello']
const child = spawn('node_modules/.bin/codex', args, {
  cwd: 'work',
  env: { PATH: process.env.PATH, HOME: home, CODEX_HOME: home, PROBE_KEY: 'made-up' },
  stdio: 'ignore',
})
await new Promise((done) => child.on('close', done).on('error', done))
const only = ({ type, items, enum: values }) => ({ type, items, enum: values })
console.log(JSON.stringify(seen && { span: only(seen.span), extra: only(seen.extra), row: only(seen.row) }))
server.close()
process.exit()
JS
sed -i "s#spawn('node_modules/.bin/codex'#spawn('$folder/node_modules/.bin/codex'#" probe.mjs
expected='{"span":{"type":"array","items":{"type":"string"}},"extra":{"type":"string"},"row":{"type":"string","enum":[1,2]}}'
got=$(timeout 90 node probe.mjs)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
