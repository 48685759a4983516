#!/usr/bin/env bash
# dotprompt 1.1.2 (Genkit's prompt files): a schema with a field called `type` is no schema of these fields, but JSON Schema, and describes a text.
#
# A good guess: in Picoschema every key is a field, so `name: string` and `type: string` are two. Seen: with `type: string` among the fields
# at the top, the fields are taken for JSON Schema as they stand: `{"name": "string", "type": "string"}`, the schema of a text, with a
# keyword that nobody knows. With a description behind the type, with `type?`, as an enum, or one level deeper, the same field is a field.
# So adding a description to it changes what the prompt takes.
#
# Output seen (Node 20 and 24, 2026-11-30):
#   {"plain":{"name":"string","type":"string"},"described":["name","type"],"optional":["name","type"],"deeper":["stop"],"other":["name","kind"]}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" npm_config_update_notifier=false
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact dotprompt@1.1.2 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { Dotprompt } from 'dotprompt'

const prompts = new Dotprompt()
async function schema(fields) {
  const lines = fields.map((field) => `    ${field}`).join('\n')
  const { input } = await prompts.renderMetadata(prompts.parse(`---\ninput:\n  schema:\n${lines}\n---\nHello`))
  return input.schema
}
const names = async (fields) => Object.keys((await schema(fields)).properties)

console.log(JSON.stringify({
  plain: await schema(['name: string', 'type: string']),
  described: await names(['name: string', 'type: string, tram or bus']),
  optional: await names(['name: string', 'type?: string']),
  deeper: await names(['stop:', '  name: string', '  type: string']),
  other: await names(['name: string', 'kind: string']),
}))
JS
expected='{"plain":{"name":"string","type":"string"},"described":["name","type"],"optional":["name","type"],"deeper":["stop"],"other":["name","kind"]}'
got=$(node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
