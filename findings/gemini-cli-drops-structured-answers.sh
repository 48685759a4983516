#!/usr/bin/env bash
# Gemini CLI 0.61.0 tells the model nothing of what an MCP tool answers, if that is structured content without a text.
#
# A good guess: `structuredContent` is a result of its own in MCP (a text with the same JSON beside it is advice, for older clients), so it
# reaches the model, or the client says that it cannot read it. Seen: the model is given an empty object as the function's response, as if
# the tool had nothing to say, and nobody is told. If a text stands beside it, the text alone reaches the model. Claude Code 2.1.332 and
# Codex CLI 0.171.0 do the reverse: of both they send the structured content and no text. So a server that wants to be read by all has the
# same in both.
#
# Output seen (Node 20 and 24, 2026-11-30):
#   {"structured":{},"both":{"output":"<untrusted_context>\nTwo seats\n</untrusted_context>"}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" npm_config_update_notifier=false
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact @google/gemini-cli@0.61.0 >/dev/null 2>&1
mkdir -p home/.gemini work
cat >server.mjs <<'JS'
import { createInterface } from 'node:readline'

const structuredContent = { seats: [7, 8] }
const results = { structured: { content: [], structuredContent }, both: { content: [{ type: 'text', text: 'Two seats' }], structuredContent } }
const tools = Object.keys(results).map((name) => ({ name, description: 'Tells free seats.', inputSchema: { type: 'object', properties: {} } }))
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
const server = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  if (request.method !== 'POST') return response.writeHead(404).end()
  const { tools = [], contents = [] } = JSON.parse(body)
  const names = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations.map(({ name }) => name))
  const results = contents.flatMap(({ parts }) => parts.flatMap(({ functionResponse }) => functionResponse ?? []))
  for (const { name, response: result } of results) told[name.split('_').at(-1)] = result
  const called = names.filter((name) => /_(?:structured|both)$/.test(name)).toReversed()
  const isFirst = called.length > 0 && results.length === 0
  const calls = called.map((name, at) => ({ functionCall: { id: `call-${at}`, name, args: {} }, thoughtSignature: 'EgA=' }))
  const parts = isFirst ? calls : [{ text: 'Done' }]
  const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 }
  const answer = JSON.stringify({ candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }], usageMetadata })
  const isStream = request.url.includes('stream')
  response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
  response.end(isStream ? `data: ${answer}\r\n\r\n` : answer)
})
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const settings = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { disableAutoUpdate: true, enableAutoUpdate: false },
  mcpServers: { theatre: { command: process.execPath, args: [`${folder}/server.mjs`], trust: true } },
}
writeFileSync('home/.gemini/settings.json', JSON.stringify(settings))
const args = ['-p', 'Say hello', '--model', 'gemini-3-pro-preview', '--yolo']
const child = spawn(`${folder}/node_modules/.bin/gemini`, args, {
  cwd: 'work',
  env: {
    PATH: process.env.PATH,
    HOME: `${folder}/home`,
    GEMINI_API_KEY: 'made-up',
    GOOGLE_GEMINI_BASE_URL: `http://127.0.0.1:${server.address().port}`,
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
    NO_BROWSER: '1',
  },
  stdio: 'ignore',
})
await new Promise((done) => child.on('close', done).on('error', done))
console.log(JSON.stringify({ structured: told.structured, both: told.both }))
server.close()
process.exit()
JS
expected='{"structured":{},"both":{"output":"<untrusted_context>\nTwo seats\n</untrusted_context>"}}'
got=$(timeout 90 node probe.mjs)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
