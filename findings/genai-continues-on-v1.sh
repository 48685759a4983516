#!/usr/bin/env bash
# @google/genai 3.1.0 asks for `v1` where nobody chose a version, and carries an answer on by itself.
#
# A good guess from earlier versions: the API key client asks for v1beta, and one call of generateContent is one request.
# Seen: it asks for /v1/, and where an answer ends with finishReason CONTINUATION and a continuationToken, the same call asks again with
# the token and hands out both texts as one, with no word of it in the caller's code (`automaticContinuation`, on by default). A token is
# known only to the credential that got it, so a gateway that turns its ring between the two requests breaks a call that looks like one.
#
# Output seen (Node 20 and 24, 2026-11-29):
#   {"paths":["/v1/models/gemini-2.5-flash:generateContent","/v1/models/gemini-2.5-flash:generateContent"],"sent":[null,"token-1"],"text":"one two","tokens":10}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact @google/genai@3.1.0 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { createServer } from 'node:http'
import { GoogleGenAI } from '@google/genai'

const seen = []
const server = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  const isFirst = seen.length === 0
  seen.push({ path: request.url, token: JSON.parse(body).continuationToken ?? null })
  const candidate = {
    content: { role: 'model', parts: [{ text: isFirst ? 'one ' : 'two' }] },
    finishReason: isFirst ? 'CONTINUATION' : 'STOP',
    ...(isFirst ? { continuationToken: 'token-1' } : {}),
  }
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      candidates: [candidate],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
    }),
  )
})
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const baseUrl = `http://127.0.0.1:${server.address().port}`
const client = new GoogleGenAI({ apiKey: 'made-up', httpOptions: { baseUrl } })
const answer = await client.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Count.' })
console.log(
  JSON.stringify({
    paths: seen.map(({ path }) => path),
    sent: seen.map(({ token }) => token),
    text: answer.text,
    tokens: answer.usageMetadata?.totalTokenCount,
  }),
)
server.close()
JS
expected='{"paths":["/v1/models/gemini-2.5-flash:generateContent","/v1/models/gemini-2.5-flash:generateContent"],"sent":[null,"token-1"],"text":"one two","tokens":10}'
got=$(node probe.mjs)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
