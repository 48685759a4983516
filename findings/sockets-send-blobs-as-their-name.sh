#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): a WebSocket gives binary messages as Blobs, and sends a Blob as the text "[object Blob]".
#
# A good guess: what `message` brings can be sent on, as in browsers, where `send` takes a Blob; an echo is `socket.send(event.data)`. Seen
# (compatibility date of 2026-10-01): the Blob that a listener got becomes the text frame "[object Blob]", with no error, so the other side
# gets a text in place of its bytes. The Blob's `arrayBuffer()`, or `binaryType = 'arraybuffer'`, sends the bytes.
#
# Output seen (Node 24, 2026-11-30):
#   {"got":"Blob","echo":"[object Blob]","bytes":[1,2],"chosen":[1,2]}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" npm_config_update_notifier=false
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact miniflare@5.20261023.2-beta node@24.21.0 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from 'miniflare'

const contents = `
async function echoed(answer, binaryType) {
  const [client, server] = Object.values(new WebSocketPair())
  client.accept()
  server.accept()
  client.binaryType = 'arraybuffer'
  if (binaryType) server.binaryType = binaryType
  let got = null
  server.addEventListener('message', async ({ data }) => {
    got = data.constructor.name
    server.send(await answer(data))
  })
  const back = new Promise((resolve) => client.addEventListener('message', ({ data }) => resolve(data)))
  client.send(new Uint8Array([1, 2]))
  const data = await back
  return { got, data: typeof data === 'string' ? data : [...new Uint8Array(data)] }
}

export default {
  async fetch() {
    const echo = await echoed((data) => data)
    return Response.json({
      got: echo.got,
      echo: echo.data,
      bytes: (await echoed((data) => data.arrayBuffer())).data,
      chosen: (await echoed((data) => data, 'arraybuffer')).data,
    })
  },
}`
const miniflare = new Miniflare({
  ...convertV4MiniflareOptions({
    name: 'probe',
    modules: [{ type: 'ESModule', path: 'worker.js', contents }],
    compatibilityDate: '2026-10-01',
  }),
  cf: false,
  port: 0,
  log: new NoOpLog(),
})
console.log(await (await miniflare.dispatchFetch('http://probe/')).text())
await miniflare.dispose()
JS
expected='{"got":"Blob","echo":"[object Blob]","bytes":[1,2],"chosen":[1,2]}'
got=$(npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
