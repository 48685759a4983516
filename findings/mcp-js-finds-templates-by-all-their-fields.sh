#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 (JS) finds a resource by its template only if the address has each field of its query, in the template's order.
#
# A good guess: of `stops://{city}{?line,open}`, a URI template of RFC 6570, each field of the query may be left out, and the server's
# function gets what was in it. Seen: without one of the two fields, without a query, or with the two the other way round, the resource is
# "not found". And what the template's own `expand` encodes nobody decodes: the function gets "St%20Gallen". `{/city,stop}`, which RFC 6570
# expands to "/Bern/Bahnhof", is expanded to "Bern,Bahnhof".
#
# Output seen (Node 20 and 24, 2026-11-30):
#   {"expanded":"stops://St%20Gallen?line=5&open=yes","both":{"city":"St%20Gallen","line":"5","open":"yes"},"one":"not found","none":"not found","swapped":"not found","path":"stops:Bern,Bahnhof"}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" npm_config_update_notifier=false
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact @modelcontextprotocol/sdk@1.32.2 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { UriTemplate } from '@modelcontextprotocol/sdk/shared/uriTemplate.js'

const template = 'stops://{city}{?line,open}'
const server = new McpServer({ name: 'probe', version: '1.0.0' })
server.registerResource('stops', new ResourceTemplate(template, { list: undefined }), {}, ({ href }, fields) => ({
  contents: [{ uri: href, text: JSON.stringify(fields) }],
}))
const client = new Client({ name: 'probe', version: '1.0.0' })
const [near, far] = InMemoryTransport.createLinkedPair()
await Promise.all([server.connect(far), client.connect(near)])

async function read(uri) {
  try {
    return JSON.parse((await client.readResource({ uri })).contents[0].text)
  } catch (error) {
    return /not found/.exec(error.message)[0]
  }
}

const expanded = new UriTemplate(template).expand({ city: 'St Gallen', line: '5', open: 'yes' })
console.log(JSON.stringify({
  expanded,
  both: await read(expanded),
  one: await read('stops://Bern?line=5'),
  none: await read('stops://Bern'),
  swapped: await read('stops://Bern?open=yes&line=5'),
  path: new UriTemplate('stops:{/city,stop}').expand({ city: 'Bern', stop: 'Bahnhof' }),
}))
await client.close()
JS
expected='{"expanded":"stops://St%20Gallen?line=5&open=yes","both":{"city":"St%20Gallen","line":"5","open":"yes"},"one":"not found","none":"not found","swapped":"not found","path":"stops:Bern,Bahnhof"}'
got=$(node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
