#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): what an object throws reaches its caller with all its properties, what it aborts with has none.
#
# A good guess: `ctx.abort(reason)` hands the reason to whoever calls, as `throw reason` does, so a caller may look at `reason.retryable` or
# a code of one's own in both cases. Seen: of a thrown error `retryable`, `overloaded` and any property of one's own arrive. Of the reason of
# an abort the text alone does, with "Error: " before it, and the one property is `durableObjectReset`. Callers that ask again only where
# `retryable` says so never ask again after an abort. And the stub that was used stays broken: its next call fails with the same words,
# though the object is up again; a stub made anew works.
#
# Output seen (Node 24, 2026-11-29):
#   {"thrown":{"message":"a","retryable":true,"code":"MINE"},"aborted":{"message":"Error: a","durableObjectReset":true},"sameStub":"Error: a","newStub":"up"}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact miniflare@5.20261023.2-beta node@24.21.0 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from 'miniflare'

const contents = `
import { DurableObject } from 'cloudflare:workers'

const reason = () => Object.assign(new Error('a'), { retryable: true, code: 'MINE' })

export class Thing extends DurableObject {
  thrown() { throw reason() }
  aborted() { this.ctx.abort(reason()) }
  state() { return 'up' }
}

async function told(work) {
  try {
    return await work()
  } catch (error) {
    const { message, retryable, code, durableObjectReset } = error
    return { message, retryable, code, durableObjectReset }
  }
}

export default {
  async fetch(request, { THING }) {
    const stub = () => THING.get(THING.idFromName('one'))
    const used = stub()
    return Response.json({
      thrown: await told(() => stub().thrown()),
      aborted: await told(() => used.aborted()),
      sameStub: (await told(() => used.state())).message,
      newStub: await told(() => stub().state()),
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
expected='{"thrown":{"message":"a","retryable":true,"code":"MINE"},"aborted":{"message":"Error: a","durableObjectReset":true},"sameStub":"Error: a","newStub":"up"}'
got=$(npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
