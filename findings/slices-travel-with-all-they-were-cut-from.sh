#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): a byte that is cut from 40 MB with `subarray` counts as 40 MB to RPC, and is stored with all it was cut from.
#
# A good guess: a Uint8Array of one byte is one byte wherever it goes, as it is as a body, as a frame of a WebSocket and as a blob of SQL.
# Seen: through RPC and into `storage.kv` goes the whole buffer behind it (`structuredClone` does so too), so one byte is refused at the
# limit of 32 MiB, and a small head of a body fills the object's database with the body. Whoever reads it gets a view of length 1 whose
# `buffer` has all. `slice` instead of `subarray` cuts first.
#
# Output seen (Node 24, 2026-11-30):
#   {"subarray":{"sent":"limited to 32MiB","small":[1,1000000],"stored":[1,1000000],"grown":true,"sql":1},"slice":{"sent":[1,1],"small":[1,1],"stored":[1,1],"grown":false,"sql":1}}
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

const sizes = (view) => [view.byteLength, view.buffer.byteLength]

export class Thing extends DurableObject {
  sent(view) { return sizes(view) }
  stored(method) {
    const { kv, sql } = this.ctx.storage
    const head = new Uint8Array(1_000_000)[method](0, 1)
    const before = sql.databaseSize
    kv.put(method, head)
    return {
      stored: sizes(kv.get(method)),
      grown: sql.databaseSize - before > 500_000,
      sql: sql.exec('select length(?) size', head).one().size,
    }
  }
}

async function seen(stub, method) {
  const sent = await stub
    .sent(new Uint8Array(40_000_000)[method](0, 1))
    .catch((error) => /limited to 32MiB/.exec(error.message)[0])
  return { sent, small: await stub.sent(new Uint8Array(1_000_000)[method](0, 1)), ...(await stub.stored(method)) }
}

export default {
  async fetch(request, { THING }) {
    const stub = THING.getByName('one')
    return Response.json({ subarray: await seen(stub, 'subarray'), slice: await seen(stub, 'slice') })
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
expected='{"subarray":{"sent":"limited to 32MiB","small":[1,1000000],"stored":[1,1000000],"grown":true,"sql":1},"slice":{"sent":[1,1],"small":[1,1],"stored":[1,1],"grown":false,"sql":1}}'
got=$(npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
