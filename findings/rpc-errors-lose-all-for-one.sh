#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): one property that cannot be copied costs a thrown error all the others, its name too.
#
# A good guess: what an object throws arrives with its properties (it does), and of one that has a function among them, as errors of
# HTTP and database clients often have (a method, a request, a class of their own in `cause`), that one is missing; or the call fails with a
# DataCloneError, as it does when such a value is returned. Seen: the caller gets a plain Error whose message begins with the lost name, and
# nothing else: no `name`, no `code`, no `cause`, however deep the function stands. So a caller that decides by `error.code` decides wrong as
# soon as somebody adds a function to an error.
#
# Output seen (Node 24, 2026-11-30):
#   {"plain":{"name":"Limited","message":"busy","code":"E_LIMIT","cause":"quota"},"withFunction":{"name":"Error","message":"Limited: busy","code":null,"cause":null},"withNested":{"name":"Error","message":"Limited: busy","code":null,"cause":null},"returned":"DataCloneError"}
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

class Limited extends Error {
  name = 'Limited'
  code = 'E_LIMIT'
}
const limited = (more) => Object.assign(new Limited('busy', { cause: new Error('quota') }), more)

export class Thing extends DurableObject {
  plain() { throw limited({}) }
  withFunction() { throw limited({ again: () => 1 }) }
  withNested() { throw limited({ request: { abort: () => 1 } }) }
  returned() { return Object.assign({}, limited({ weak: new WeakMap() })) }
}

async function told(work) {
  try {
    return await work()
  } catch (error) {
    const { name, message, code, cause } = error
    return { name, message, code: code ?? null, cause: cause?.message ?? null }
  }
}

export default {
  async fetch(request, { THING }) {
    const stub = THING.getByName('one')
    return Response.json({
      plain: await told(() => stub.plain()),
      withFunction: await told(() => stub.withFunction()),
      withNested: await told(() => stub.withNested()),
      returned: (await told(() => stub.returned())).name,
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
expected='{"plain":{"name":"Limited","message":"busy","code":"E_LIMIT","cause":"quota"},"withFunction":{"name":"Error","message":"Limited: busy","code":null,"cause":null},"withNested":{"name":"Error","message":"Limited: busy","code":null,"cause":null},"returned":"DataCloneError"}'
got=$(npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
