#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): why a stream failed is lost if the stream was returned by an RPC method, and is told by `fetch`.
#
# A good guess: an error keeps its name, message and properties through RPC when it is thrown, so it does so too when a stream that was
# returned breaks; and a Response from a method is what the same Response from `stub.fetch()` is. Seen: of a stream that ends with a
# TypeError of one's own, also as the body of a Response, the reader gets an Error of workerd's with other words. Through `stub.fetch()` the
# TypeError arrives, with its message. A stream that is sent as an argument loses its error in the same way.
#
# Output seen (Node 24, 2026-11-30):
#   {"thrown":"TypeError: quota","stream":"Error: ReadableStream received over RPC disconnected prematurely.","response":"Error: ReadableStream received over RPC disconnected prematurely.","argument":"Error: ReadableStream received over RPC disconnected prematurely.","fetch":"TypeError: quota"}
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

function breaking() {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode('some'))
      await new Promise((done) => setTimeout(done, 20))
      controller.error(new TypeError('quota'))
    },
  })
}

const read = (stream) => new Response(stream).text()

async function told(work) {
  try {
    return await work()
  } catch ({ name, message }) {
    return name + ': ' + message
  }
}

export class Thing extends DurableObject {
  thrown() { throw new TypeError('quota') }
  stream() { return breaking() }
  response() { return new Response(breaking()) }
  take(stream) { return told(() => read(stream)) }
  fetch() { return new Response(breaking()) }
}

export default {
  async fetch(request, { THING }) {
    const stub = THING.getByName('one')
    return Response.json({
      thrown: await told(() => stub.thrown()),
      stream: await told(async () => read(await stub.stream())),
      response: await told(async () => (await stub.response()).text()),
      argument: await stub.take(breaking()),
      fetch: await told(async () => (await stub.fetch('http://thing/')).text()),
    })
  },
}`
const miniflare = new Miniflare({
  ...convertV4MiniflareOptions({
    name: 'probe',
    modules: [{ type: 'ESModule', path: 'worker.js', contents }],
    compatibilityDate: '2026-10-01',
    durableObjects: { THING: { className: 'Thing', useSQLite: true } },
  }),
  cf: false,
  port: 0,
  log: new NoOpLog(),
})
console.log(await (await miniflare.dispatchFetch('http://probe/')).text())
await miniflare.dispose()
JS
expected='{"thrown":"TypeError: quota","stream":"Error: ReadableStream received over RPC disconnected prematurely.","response":"Error: ReadableStream received over RPC disconnected prematurely.","argument":"Error: ReadableStream received over RPC disconnected prematurely.","fetch":"TypeError: quota"}'
got=$(npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
