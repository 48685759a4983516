#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): HTMLRewriter goes on calling handlers for what stands in an element that it has removed.
#
# A good guess: after `remove()`, `replace()` or `setInnerContent()` the old content is gone, so whoever collects texts or links of the page
# in the same pass sees only what the reader gets. Seen: handlers of elements and texts within are called as before, though nothing of it is
# in the output, and what they insert there is dropped. New content is not visited. An element within says `removed` of itself, a text does
# not: it says false in both cases, so nothing at a text tells a collector that it is gone.
#
# Output seen (Node 24, 2026-11-30):
#   {"remove":{"html":"<p>shown</p>","links":["/old"],"texts":["old","shown"],"removed":{"texts":[false,false],"nav":true,"a":true}},"replace":{"html":"<p>new</p><p>shown</p>","links":["/old"],"texts":["old","shown"],"removed":{"texts":[false,false],"nav":true,"a":true}},"setInnerContent":{"html":"<nav><a href=\"/new\">new</a></nav><p>shown</p>","links":["/old"],"texts":["old","shown"],"removed":{"texts":[false,false],"nav":false,"a":true}}}
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
const page = '<nav><a href="/old">old</a></nav><p>shown</p>'

async function seen(change) {
  const links = []
  const texts = []
  const removed = { texts: [] }
  const html = await new HTMLRewriter()
    .on('nav', { element(nav) { change(nav); removed.nav = nav.removed } })
    .on('a', { element(link) { links.push(link.getAttribute('href')); removed.a = link.removed; link.after('lost') } })
    .on('*', { text(chunk) { if (chunk.text === '') return; texts.push(chunk.text); removed.texts.push(chunk.removed) } })
    .transform(new Response(page))
    .text()
  return { html, links, texts, removed }
}

export default {
  async fetch() {
    return Response.json({
      remove: await seen((nav) => nav.remove()),
      replace: await seen((nav) => nav.replace('<p>new</p>', { html: true })),
      setInnerContent: await seen((nav) => nav.setInnerContent('<a href="/new">new</a>', { html: true })),
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
expected='{"remove":{"html":"<p>shown</p>","links":["/old"],"texts":["old","shown"],"removed":{"texts":[false,false],"nav":true,"a":true}},"replace":{"html":"<p>new</p><p>shown</p>","links":["/old"],"texts":["old","shown"],"removed":{"texts":[false,false],"nav":true,"a":true}},"setInnerContent":{"html":"<nav><a href=\"/new\">new</a></nav><p>shown</p>","links":["/old"],"texts":["old","shown"],"removed":{"texts":[false,false],"nav":false,"a":true}}}'
got=$(npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
