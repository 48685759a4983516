#!/usr/bin/env bash
# jsonrepair 3.15.0 throws at valid JSON whose last value is a text with a brace that opens and does not close.
#
# A good guess: what mends JSON leaves JSON alone, so `JSON.parse(jsonrepair(text))` is safe for all that a model writes, code too. Seen: an
# object whose last value is the text "if (x) {" is refused, "Unexpected character". The same text is fine in a list, before another key,
# with the brace closed, or with a bracket in its place. So a file of code that is cut into lines fails for some lines. Ask `JSON.parse`
# first.
#
# Output seen (Node 20 and 24, 2026-11-30):
#   {"last":"Unexpected character \"{\" at position 16","template":"Unexpected character \"{\" at position 15","list":"same","before":"same","closed":"same","bracket":"same"}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" npm_config_update_notifier=false
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact jsonrepair@3.15.0 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { jsonrepair } from 'jsonrepair'

const valid = {
  last: { line: 'if (x) {' },
  template: { text: 'Hello {{name}' },
  list: ['if (x) {'],
  before: { line: 'if (x) {', number: 1 },
  closed: { line: 'if (x) {}' },
  bracket: { line: 'a = [' },
}
function read(text) {
  try {
    return JSON.stringify(JSON.parse(jsonrepair(text))) === text ? 'same' : 'changed'
  } catch (error) {
    return error.message
  }
}
console.log(JSON.stringify(Object.fromEntries(Object.entries(valid).map(([name, value]) => [name, read(JSON.stringify(value))]))))
JS
expected='{"last":"Unexpected character \"{\" at position 16","template":"Unexpected character \"{\" at position 15","list":"same","before":"same","closed":"same","bracket":"same"}'
got=$(node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
