#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): RPC refuses objects without a prototype, such as what `Object.groupBy` returns.
#
# A good guess: what `structuredClone` takes and an object's own storage keeps goes through RPC too, and a list that was grouped, the named
# groups of a regular expression or the fields of node:querystring are plain objects. Seen: all three have no prototype, and a method that
# returns one of them, at any depth, fails with a DataCloneError that calls it an "Object". `structuredClone` and `storage.kv` take the same
# value. `{ ...value }` helps, for each level by itself.
#
# Output seen (Node 24, 2026-11-30):
#   {"grouped":"DataCloneError","named":"DataCloneError","query":"DataCloneError","deep":"DataCloneError","sent":"DataCloneError","spread":{"odd":[1,3],"even":[2]},"cloned":{"odd":[1,3],"even":[2]},"stored":{"odd":[1,3],"even":[2]}}
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
import { parse } from 'node:querystring'

const grouped = () => Object.groupBy([1, 2, 3], (n) => (n % 2 ? 'odd' : 'even'))

export class Thing extends DurableObject {
  grouped() { return grouped() }
  named() { return /(?<year>\\d+)/.exec('2026').groups }
  query() { return parse('a=1') }
  deep() { return { rows: [{ byKind: grouped() }] } }
  spread() { return { ...grouped() } }
  take(value) { return value }
  stored() {
    this.ctx.storage.kv.put('grouped', grouped())
    return this.ctx.storage.kv.get('grouped')
  }
}

async function told(work) {
  try {
    return await work()
  } catch (error) {
    return error.name
  }
}

export default {
  async fetch(request, { THING }) {
    const stub = THING.getByName('one')
    return Response.json({
      grouped: await told(() => stub.grouped()),
      named: await told(() => stub.named()),
      query: await told(() => stub.query()),
      deep: await told(() => stub.deep()),
      sent: await told(() => stub.take(grouped())),
      spread: await told(() => stub.spread()),
      cloned: await told(() => structuredClone(grouped())),
      stored: await told(() => stub.stored()),
    })
  },
}`
const miniflare = new Miniflare({
  ...convertV4MiniflareOptions({
    name: 'probe',
    modules: [{ type: 'ESModule', path: 'worker.js', contents }],
    compatibilityDate: '2026-10-01',
    compatibilityFlags: ['nodejs_compat'],
    durableObjects: { THING: { className: 'Thing', useSQLite: true } },
  }),
  cf: false,
  port: 0,
  log: new NoOpLog(),
})
console.log(await (await miniflare.dispatchFetch('http://probe/')).text())
await miniflare.dispose()
JS
expected='{"grouped":"DataCloneError","named":"DataCloneError","query":"DataCloneError","deep":"DataCloneError","sent":"DataCloneError","spread":{"odd":[1,3],"even":[2]},"cloned":{"odd":[1,3],"even":[2]},"stored":{"odd":[1,3],"even":[2]}}'
got=$(npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
