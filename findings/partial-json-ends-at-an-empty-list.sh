#!/usr/bin/env bash
# partial-json 0.1.7, and openai-node 7.59.0 which has the same parser in it, take JSON for finished at an empty list with a blank in it.
#
# A good guess: what reads cut JSON reads whole JSON too, with any white space. Seen: `[ ]`, or one with a line break in it, ends the
# reading: all that follows is missing, and nothing is thrown. `{ }` and `[]` are fine. In openai-node's `chat.completions.stream()` with a
# format, `parsed` of `content.delta` stays at the list to the end of the stream, and the last `content.done`, which JSON.parse reads,
# brings all the rest at once.
#
# Output seen (Node 20 and 24, 2026-11-30):
#   {"blank":{"closed":[]},"none":{"closed":[],"open":["a"]},"object":{"closed":{},"open":["a"]},"delta":{"closed":[]},"done":{"closed":[],"open":["a"]}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" npm_config_update_notifier=false
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact partial-json@0.1.7 openai@7.59.0 zod@4.6.7 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { createServer } from 'node:http'
import OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { parse } from 'partial-json'
import * as z from 'zod'

const text = '{"closed":[ ],"open":["a"]}'
const seen = {
  blank: parse(text),
  none: parse('{"closed":[],"open":["a"]}'),
  object: parse('{"closed":{ },"open":["a"]}'),
}

const head = { id: 'one', object: 'chat.completion.chunk', created: 1, model: 'a-model' }
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const say = (delta, reason = null) =>
    response.write(`data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`)
  say({ role: 'assistant', content: '' })
  for (const letter of text) say({ content: letter })
  say({}, 'stop')
  response.end('data: [DONE]\n\n')
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))

const client = new OpenAI({ apiKey: 'made-up', baseURL: `http://127.0.0.1:${server.address().port}/v1` })
const stops = z.object({ closed: z.array(z.string()), open: z.array(z.string()) })
await client.chat.completions
  .stream({
    model: 'a-model',
    messages: [{ role: 'user', content: 'Hello' }],
    response_format: zodResponseFormat(stops, 'stops'),
  })
  .on('content.delta', ({ parsed }) => { seen.delta = parsed })
  .on('content.done', ({ parsed }) => { seen.done = parsed })
  .finalChatCompletion()
server.close()
console.log(JSON.stringify(seen))
JS
expected='{"blank":{"closed":[]},"none":{"closed":[],"open":["a"]},"object":{"closed":{},"open":["a"]},"delta":{"closed":[]},"done":{"closed":[],"open":["a"]}}'
got=$(node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
