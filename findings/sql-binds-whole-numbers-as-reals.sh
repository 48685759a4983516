#!/usr/bin/env bash
# workerd (miniflare 5.20261023.2-beta): a Durable Object's SQL binds every number as a REAL, so 5 becomes the text "5.0".
#
# A good guess: `sql.exec('... ?', 5)` gives SQLite the integer 5, as the literal 5 does. Seen: it is 5.0. A column declared INTEGER makes an
# integer of it again, which hides that. A TEXT column, a key made with `||`, JSON made in SQL and a number that is compared with a text have
# "5.0", and a division does not cut. The same statement with the number written out gives "5". So bind `String(n)` where a text is meant, or
# `CAST(? AS INTEGER)`.
#
# Output seen (Node 24, 2026-11-30):
#   {"bound":"real","text":"5.0","key":"user:5.0","json":"{\"n\":5.0}","half":2.5,"same":0,"column":"integer","literal":{"text":"5","key":"user:5","json":"{\"n\":5}","half":2,"same":1}}
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
  seen() {
    const { sql } = this.ctx.storage
    const value = (statement, ...bindings) => sql.exec(statement, ...bindings).toArray()[0].value
    sql.exec('CREATE TABLE texts (value TEXT); CREATE TABLE numbers (value INTEGER)')
    sql.exec('INSERT INTO texts VALUES (?)', 5)
    const text = value('SELECT value FROM texts')
    sql.exec('DELETE FROM texts; INSERT INTO texts VALUES (5)')
    sql.exec('INSERT INTO numbers VALUES (?)', 5)
    return {
      bound: value('SELECT typeof(?) AS value', 5),
      text,
      key: value("SELECT 'user:' || ? AS value", 5),
      json: value("SELECT json_object('n', ?) AS value", 5),
      half: value('SELECT ? / 2 AS value', 5),
      same: value("SELECT CAST(? AS TEXT) = '5' AS value", 5),
      column: value('SELECT typeof(value) AS value FROM numbers'),
      literal: {
        text: value('SELECT value FROM texts'),
        key: value("SELECT 'user:' || 5 AS value"),
        json: value("SELECT json_object('n', 5) AS value"),
        half: value('SELECT 5 / 2 AS value'),
        same: value("SELECT CAST(5 AS TEXT) = '5' AS value"),
      },
    }
  }
}

export default {
  async fetch(request, { THING }) {
    return Response.json(await THING.getByName('one').seen())
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
expected='{"bound":"real","text":"5.0","key":"user:5.0","json":"{\"n\":5.0}","half":2.5,"same":0,"column":"integer","literal":{"text":"5","key":"user:5","json":"{\"n\":5}","half":2,"same":1}}'
got=$(npx node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
