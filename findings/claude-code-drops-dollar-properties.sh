#!/usr/bin/env bash
# Claude Code 2.1.332 leaves out a tool of an MCP server, without a word, where a property at the top of its schema has a `$` in its name.
#
# A good guess: JSON Schema lets a property have any name, so both tools of this server are offered to the model, or the client says which it
# cannot take. Seen in the body of the request: the tool whose property `$where` is at the top is missing; the one that has it a level deeper
# is there. Standard error says nothing of it.
#
# Output seen (Node 20 and 24, 2026-11-29):
#   {"tools":["mcp__books__deep","mcp__books__plain"],"saysWhy":false}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact @anthropic-ai/claude-code@2.1.332 >/dev/null 2>&1
mkdir home work
cat >server.mjs <<'JS'
import { createInterface } from 'node:readline'

const of = (name, properties) => ({ name, description: 'Finds books.', inputSchema: { type: 'object', properties } })
const text = { type: 'string' }
const tools = [of('plain', { where: text }), of('top', { $where: text }), of('deep', { query: { type: 'object', properties: { $where: text } } })]
const answers = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'books', version: '1.0.0' } }),
  'tools/list': () => ({ tools }),
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
const names = new Set()
const server = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  if (request.method !== 'POST' || !request.url.startsWith('/v1/messages')) return response.writeHead(404).end()
  for (const { name } of JSON.parse(body).tools ?? []) if (name.startsWith('mcp__books')) names.add(name)
  const usage = { input_tokens: 1, output_tokens: 1 }
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'a-model', content: [], stop_reason: null, stop_sequence: null, usage }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Done' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
    { type: 'message_stop' },
  ]) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  response.end()
})
await new Promise((done) => server.listen(0, '127.0.0.1', done))
writeFileSync('mcp.json', JSON.stringify({ mcpServers: { books: { command: process.execPath, args: [`${folder}/server.mjs`] } } }))
const args = ['-p', 'Say hello', '--model', 'a-model', '--mcp-config', `${folder}/mcp.json`, '--strict-mcp-config']
const child = spawn(`${folder}/node_modules/.bin/claude`, args, {
  cwd: 'work',
  env: {
    PATH: process.env.PATH,
    HOME: `${folder}/home`,
    CLAUDE_CONFIG_DIR: `${folder}/home`,
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${server.address().port}`,
    ANTHROPIC_API_KEY: 'made-up',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    ENABLE_TOOL_SEARCH: 'false',
  },
  stdio: ['ignore', 'ignore', 'pipe'],
})
let said = ''
child.stderr.on('data', (data) => (said += data))
await new Promise((done) => child.on('close', done).on('error', done))
console.log(JSON.stringify({ tools: [...names].sort(), saysWhy: /books|\btop\b|\$where/.test(said) }))
server.close()
process.exit()
JS
expected='{"tools":["mcp__books__deep","mcp__books__plain"],"saysWhy":false}'
got=$(timeout 120 node probe.mjs)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
