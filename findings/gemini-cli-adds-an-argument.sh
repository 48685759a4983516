#!/usr/bin/env bash
# Gemini CLI 0.61.0 adds an argument of its own to each tool of an MCP server, hands it on to the server, and takes null out of schemas.
#
# A good guess: the schema that a server gives reaches the model, and what the model fills in reaches the server; what the client needs
# for itself it keeps. Seen: every schema gets a property `wait_for_previous`, also where `additionalProperties` is false, and when the model
# sets it the server receives it; a server that checks its arguments, as it should, refuses the call. And `type: ["string", "null"]` becomes
# `nullable: true`, which is OpenAPI's word, in a field that is JSON Schema (`parametersJsonSchema`), where it means nothing: the model is
# told that a text has to be there. `anyOf` with null stays as it is.
#
# Output seen (Node 20 and 24, 2026-11-30):
#   {"properties":["title","author","wait_for_previous"],"additional":false,"title":{"type":"string","nullable":true},"author":{"anyOf":[{"type":"string"},{"type":"null"}]},"received":{"title":"Emma","author":null,"wait_for_previous":true}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" npm_config_update_notifier=false
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact @google/gemini-cli@0.61.0 >/dev/null 2>&1
mkdir -p home/.gemini work
cat >server.mjs <<'JS'
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const inputSchema = {
  type: 'object',
  properties: { title: { type: ['string', 'null'] }, author: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
  required: ['title', 'author'],
  additionalProperties: false,
}
const answers = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'books', version: '1.0.0' } }),
  'tools/list': () => ({ tools: [{ name: 'find', description: 'Finds books.', inputSchema }] }),
  'tools/call': ({ arguments: args }) => {
    writeFileSync(process.argv[2], JSON.stringify(args))
    return { content: [{ type: 'text', text: 'None' }] }
  },
}
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined) continue
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method]?.(params ?? {}) ?? {} }))
}
JS
cat >probe.mjs <<'JS'
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'

const folder = process.cwd()
let schema = null
const server = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  if (request.method !== 'POST') return response.writeHead(404).end()
  const { tools = [], contents = [] } = JSON.parse(body)
  const tool = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations).find(({ name }) => name.endsWith('_find'))
  schema ??= tool?.parametersJsonSchema ?? null
  const args = { title: 'Emma', author: null, wait_for_previous: true }
  const isFirst = tool !== undefined && !JSON.stringify(contents).includes('functionResponse')
  const parts = isFirst ? [{ functionCall: { id: 'call-1', name: tool.name, args }, thoughtSignature: 'EgA=' }] : [{ text: 'Done' }]
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
  mcpServers: { books: { command: process.execPath, args: [`${folder}/server.mjs`, `${folder}/received.json`], trust: true } },
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
const { properties, additionalProperties } = schema
const received = JSON.parse(readFileSync('received.json', 'utf8'))
const { title, author } = properties
console.log(JSON.stringify({ properties: Object.keys(properties), additional: additionalProperties, title, author, received }))
server.close()
process.exit()
JS
expected='{"properties":["title","author","wait_for_previous"],"additional":false,"title":{"type":"string","nullable":true},"author":{"anyOf":[{"type":"string"},{"type":"null"}]},"received":{"title":"Emma","author":null,"wait_for_previous":true}}'
got=$(timeout 90 node probe.mjs)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
