#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): one binary frame is a Blob to a listener and an ArrayBuffer to `webSocketMessage`, in one object.
#
# A good guess: how a WebSocket was accepted says when the object may sleep, not what its messages are; and code that moves from
# `accept()` to `acceptWebSocket()` goes on reading `message` as before. Seen (compatibility date of 2026-10-01): a listener of an accepted
# socket gets a Blob, whose bytes come by a promise, `webSocketMessage` of the same class an ArrayBuffer. With `binaryType = 'arraybuffer'`
# the listener has one too. At a date of 2025-10-01 both are ArrayBuffers, so it is the date alone that breaks `new Uint8Array(event.data)`,
# which is then empty and throws nothing.
#
# Output seen (Node 24, 2026-11-30):
#   {"2026-10-01":{"listener":"Blob","bytes":0,"chosen":"ArrayBuffer","handler":"ArrayBuffer"},"2025-10-01":{"listener":"ArrayBuffer","bytes":2,"chosen":"ArrayBuffer","handler":"ArrayBuffer"}}
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
import { DurableObject } from 'cloudflare:workers'

export class Thing extends DurableObject {
  fetch(request) {
    const [client, server] = Object.values(new WebSocketPair())
    const way = new URL(request.url).pathname
    if (way === '/handler') this.ctx.acceptWebSocket(server)
    else {
      server.accept()
      if (way === '/chosen') server.binaryType = 'arraybuffer'
      server.addEventListener('message', ({ data }) => server.send(data.constructor.name + ' ' + new Uint8Array(data).length))
    }
    return new Response(null, { status: 101, webSocket: client })
  }
  webSocketMessage(socket, data) { socket.send(data.constructor.name + ' ' + new Uint8Array(data).length) }
}

export default { fetch: (request, { THING }) => THING.getByName('one').fetch(request) }`

async function seen(compatibilityDate) {
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      name: 'probe',
      modules: [{ type: 'ESModule', path: 'worker.js', contents }],
      compatibilityDate,
      durableObjects: { THING: { className: 'Thing', useSQLite: true } },
    }),
    cf: false,
    port: 0,
    log: new NoOpLog(),
  })
  const told = {}
  for (const way of ['listener', 'chosen', 'handler']) {
    const { webSocket } = await miniflare.dispatchFetch(`http://probe/${way}`, { headers: { upgrade: 'websocket' } })
    webSocket.accept()
    const answer = new Promise((done) => webSocket.addEventListener('message', ({ data }) => done(data), { once: true }))
    webSocket.send(new Uint8Array([1, 2]))
    told[way] = (await answer).split(' ')
    webSocket.close(1000)
  }
  await miniflare.dispose()
  const { listener, chosen, handler } = told
  return { listener: listener[0], bytes: Number(listener[1]), chosen: chosen[0], handler: handler[0] }
}

console.log(JSON.stringify({ '2026-10-01': await seen('2026-10-01'), '2025-10-01': await seen('2025-10-01') }))
process.exit()
JS
expected='{"2026-10-01":{"listener":"Blob","bytes":0,"chosen":"ArrayBuffer","handler":"ArrayBuffer"},"2025-10-01":{"listener":"ArrayBuffer","bytes":2,"chosen":"ArrayBuffer","handler":"ArrayBuffer"}}'
got=$(timeout 60 npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
