#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): a Proxy around a plain object becomes a stub when it goes through RPC, with no error.
#
# A good guess: a Proxy is refused, as `structuredClone` and storage refuse it, or its properties are copied, as those of a plain object are.
# Seen: who receives it, caller or callee, has a function. `value.title` is a promise (truthy, whatever the title is), there are no keys, and
# JSON has nothing for it, by itself or within an object. Each property costs a call back to the other side. So state from a
# library that wraps its objects (stores that watch for changes, drafts) has to be copied before it is returned.
#
# Output seen (Node 24, 2026-11-30):
#   {"type":"function","title":"RpcProperty","awaited":"Emma","keys":[],"alone":null,"within":"{}","sent":"function","cloned":"DataCloneError"}
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

const watched = () => new Proxy({ title: 'Emma' }, {})

export class Thing extends DurableObject {
  book() { return watched() }
  within() { return { book: watched() } }
  take(value) { return typeof value }
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
    const book = await stub.book()
    return Response.json({
      type: typeof book,
      title: book.title.constructor.name,
      awaited: await book.title,
      keys: Object.keys(book),
      alone: JSON.stringify(book) ?? null,
      within: JSON.stringify(await stub.within()),
      sent: await told(() => stub.take(watched())),
      cloned: await told(() => structuredClone(watched())),
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
expected='{"type":"function","title":"RpcProperty","awaited":"Emma","keys":[],"alone":null,"within":"{}","sent":"function","cloned":"DataCloneError"}'
got=$(npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
