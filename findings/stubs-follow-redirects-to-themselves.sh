#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): `stub.fetch` follows a redirect to any host into the same Durable Object.
#
# A good guess: what an object answers is what `stub.fetch(url)` returns, so a redirect to a login page reaches the browser; or it is followed
# as `fetch` follows it, to the host that it names. Seen: it is followed, and the second request goes to the object again, with the other
# host's address, in a 307 with method and body. The caller gets a 200 of the object's, and `url` says the other host. Only a stub that is
# given the incoming request itself, whose `redirect` is "manual", hands the redirect out. So `{ redirect: 'manual' }` belongs to each
# address that is fetched from a stub.
#
# Output seen (Node 24, 2026-11-30):
#   {"byAddress":[200,"http://login.example/","GET login.example"],"post":[200,"http://login.example/","POST login.example secret"],"manual":[302,"http://login.example/"],"incoming":[302,"http://login.example/"]}
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
  async fetch(request) {
    const { host } = new URL(request.url)
    const status = request.method === 'POST' ? 307 : 302
    if (host !== 'login.example') return Response.redirect('http://login.example/', status)
    return new Response([request.method, host, await request.text()].join(' ').trim())
  }
}

const followed = async (response) => [response.status, response.url, await response.text()]
const kept = ({ status, headers }) => [status, headers.get('location')]

export default {
  async fetch(request, { THING }) {
    const stub = THING.getByName('one')
    return Response.json({
      byAddress: await followed(await stub.fetch('http://thing/')),
      post: await followed(await stub.fetch('http://thing/', { method: 'POST', body: 'secret' })),
      manual: kept(await stub.fetch('http://thing/', { redirect: 'manual' })),
      incoming: kept(await stub.fetch(request)),
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
expected='{"byAddress":[200,"http://login.example/","GET login.example"],"post":[200,"http://login.example/","POST login.example secret"],"manual":[302,"http://login.example/"],"incoming":[302,"http://login.example/"]}'
got=$(npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
