#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): a Durable Object's SQL binds true as the text "true", which SQLite takes for false.
#
# A good guess: `sql.exec('... ?', true)` stores 1, as D1 on the same platform does and as the literal `true` in SQL is; or it is refused.
# Seen: it is the text "true", in a column declared INTEGER too, for which nothing converts it back. `WHERE open` and `WHERE open = 1` then
# find no row, since a text without digits counts as 0; `WHERE open = ?` with true finds it, so a test that asks the same way sees nothing.
# D1 takes the same statement and stores 1. `Number(flag)` helps.
#
# Output seen (Node 24, 2026-11-30):
#   {"object":{"kept":["true","text"],"where open":0,"where open = 1":0,"where open = ?":1,"literal":1},"d1":{"kept":[1,"integer"],"where open":1,"where open = 1":1,"where open = ?":1,"literal":1}}
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

const make = 'create table stops (open integer)'
const add = 'insert into stops values (?)'
const asked = {
  'where open': ['select count(*) from stops where open'],
  'where open = 1': ['select count(*) from stops where open = 1'],
  'where open = ?': ['select count(*) from stops where open = ?', true],
  literal: ['select true'],
}

export class Thing extends DurableObject {
  seen() {
    const rows = (text, ...bound) => [...this.ctx.storage.sql.exec(text, ...bound).raw()]
    rows(make)
    rows(add, true)
    const told = { kept: rows('select open, typeof(open) from stops')[0] }
    for (const [name, statement] of Object.entries(asked)) told[name] = rows(...statement)[0][0]
    return told
  }
}

async function seenByD1(db) {
  const rows = (text, ...bound) => db.prepare(text).bind(...bound).raw()
  await rows(make)
  await rows(add, true)
  const told = { kept: (await rows('select open, typeof(open) from stops'))[0] }
  for (const [name, statement] of Object.entries(asked)) told[name] = (await rows(...statement))[0][0]
  return told
}

export default {
  async fetch(request, { THING, DB }) {
    return Response.json({ object: await THING.getByName('one').seen(), d1: await seenByD1(DB) })
  },
}`
const miniflare = new Miniflare({
  ...convertV4MiniflareOptions({
    name: 'probe',
    modules: [{ type: 'ESModule', path: 'worker.js', contents }],
    compatibilityDate: '2026-10-01',
    durableObjects: { THING: { className: 'Thing', useSQLite: true } },
    d1Databases: ['DB'],
  }),
  cf: false,
  port: 0,
  log: new NoOpLog(),
})
console.log(await (await miniflare.dispatchFetch('http://probe/')).text())
await miniflare.dispose()
JS
expected='{"object":{"kept":["true","text"],"where open":0,"where open = 1":0,"where open = ?":1,"literal":1},"d1":{"kept":[1,"integer"],"where open":1,"where open = 1":1,"where open = ?":1,"literal":1}}'
got=$(npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
