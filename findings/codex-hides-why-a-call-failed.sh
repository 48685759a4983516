#!/usr/bin/env bash
# Codex CLI 0.171.0 tells the model neither that an MCP tool failed nor why, if the error has structured details.
#
# A good guess: of `isError: true` with a text the model reads the text and learns that the call failed, whatever stands beside it. Seen: as
# soon as the result has `structuredContent`, that alone is the output of the call, as JSON, in the form that a success has. The text, which
# says in words what to do, does not reach the model. Without details the text does, and nothing says that it is of a failure either.
#
# Output seen (Node 20 and 24, 2026-11-30):
#   {"detailed":"{\"code\":5}","plain":"Row 9 is not there"}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" npm_config_update_notifier=false
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact @openai/codex@0.171.0 >/dev/null 2>&1
mkdir home work
cat >server.mjs <<'JS'
import { createInterface } from 'node:readline'

const content = [{ type: 'text', text: 'Row 9 is not there' }]
const results = { detailed: { isError: true, content, structuredContent: { code: 5 } }, plain: { isError: true, content } }
const tools = Object.keys(results).map((name) => ({ name, description: 'Books a seat.', inputSchema: { type: 'object', properties: {} } }))
const answers = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'theatre', version: '1.0.0' } }),
  'tools/list': () => ({ tools }),
  'tools/call': ({ name }) => results[name],
}
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined) continue
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method]?.(params ?? {}) ?? {} }))
}
JS
cat >probe.mjs <<'JS'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'

const folder = process.cwd()
const told = {}
const words = (output) => (typeof output === 'string' ? output : output.map(({ text }) => text).join('\n'))
const server = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  if (request.method !== 'POST') return response.writeHead(404).end()
  const { tools = [], input = [] } = JSON.parse(body)
  const outputs = input.filter(({ type }) => type === 'function_call_output')
  for (const { call_id: name, output } of outputs) told[name] = words(output).split('Output:\n').at(-1)
  const spaces = tools.filter(({ type }) => type === 'namespace')
  const calls = spaces
    .flatMap(({ name: namespace, tools: inner }) => inner.map(({ name }) => ({ name, namespace })))
    .filter(({ name }) => name === 'detailed' || name === 'plain')
    .map((call, at) => ({ type: 'function_call', id: `fc_${at}`, call_id: call.name, ...call, arguments: '{}', status: 'completed' }))
  const done = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Done', annotations: [] }] }
  const output = outputs.length === 0 && calls.length > 0 ? calls : [done]
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 }
  const whole = { id: 'resp_1', object: 'response', status: 'completed', output, usage }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of [
    { type: 'response.created', response: { ...whole, status: 'in_progress', output: [] } },
    ...output.map((item, at) => ({ type: 'response.output_item.done', output_index: at, item })),
    { type: 'response.completed', response: whole },
  ]) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  response.end()
})
await new Promise((done) => server.listen(0, '127.0.0.1', done))
writeFileSync(
  'home/config.toml',
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
args = [${JSON.stringify(`${folder}/server.mjs`)}]
`,
)
const args = ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', 'Say hello']
const child = spawn(`${folder}/node_modules/.bin/codex`, args, {
  cwd: 'work',
  env: { PATH: process.env.PATH, HOME: `${folder}/home`, CODEX_HOME: `${folder}/home`, PROBE_KEY: 'made-up' },
  stdio: 'ignore',
})
await new Promise((done) => child.on('close', done).on('error', done))
console.log(JSON.stringify({ detailed: told.detailed, plain: told.plain?.trim() }))
server.close()
process.exit()
JS
expected='{"detailed":"{\"code\":5}","plain":"Row 9 is not there"}'
got=$(timeout 90 node probe.mjs)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
