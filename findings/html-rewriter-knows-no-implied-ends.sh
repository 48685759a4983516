#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): HTMLRewriter removes a whole list with its first item where the items have no end tags.
#
# A good guess: in HTML `</li>` and `</p>` may be left out, and what rewrites HTML by selectors sees the tree that browsers see: all items
# are children of the list, and an item that is removed takes its own text along. Seen: without end tags each item stands within the one
# before. `ul > li` finds the first alone, `li li` two, and `remove()` of the first takes all others along, and `</ul>`, so that what
# follows the list is in it. What is appended to three items arrives once. With the end tags written out all is as guessed, and nothing
# tells which case a page is.
#
# Output seen (Node 24, 2026-11-30):
#   {"left out":{"ul > li":1,"li li":2,"remove":"<ul>","append":"<ul><li>one<li>two<li>three!</ul>"},"written":{"ul > li":3,"li li":0,"remove":"<ul><li>two</li><li>three</li></ul>","append":"<ul><li>one!</li><li>two!</li><li>three!</li></ul>"}}
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
const rewritten = (html, selector, element) =>
  new HTMLRewriter().on(selector, { element }).transform(new Response(html)).text()

async function found(html, selector) {
  let count = 0
  await rewritten(html, selector, () => { count++ })
  return count
}

async function seen(html) {
  let isFirst = true
  return {
    'ul > li': await found(html, 'ul > li'),
    'li li': await found(html, 'li li'),
    remove: await rewritten(html, 'li', (item) => {
      if (isFirst) item.remove()
      isFirst = false
    }),
    append: await rewritten(html, 'li', (item) => { item.append('!') }),
  }
}

export default {
  async fetch() {
    return Response.json({
      'left out': await seen('<ul><li>one<li>two<li>three</ul>'),
      written: await seen('<ul><li>one</li><li>two</li><li>three</li></ul>'),
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
expected='{"left out":{"ul > li":1,"li li":2,"remove":"<ul>","append":"<ul><li>one<li>two<li>three!</ul>"},"written":{"ul > li":3,"li li":0,"remove":"<ul><li>two</li><li>three</li></ul>","append":"<ul><li>one!</li><li>two!</li><li>three!</li></ul>"}}'
got=$(npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
