#!/usr/bin/env bash
# mcp 2.3.0 (Python): a tool that takes `str | None` gets None for the text "null", and refuses the text of a JSON list.
#
# A good guess: an argument that its schema calls a string reaches the function as that string, as it does where the parameter is `str`.
# Seen: where the annotation is anything else (`str | None`, `str | list[str]`, a Literal, an Enum), a text that is JSON is parsed first,
# and the outcome is checked. The content of a JSON file, '["a"]', is "not a valid string" for `str | None`. "null" becomes None for it, and
# is refused by an Enum that lists it. "5" and "true" stay texts. The schema that the client is shown allows each of these calls.
#
# Output seen (Python 3.11, 2026-11-30):
#   {"plain": ["[\"a\"]", "null", "5"], "optional": ["refused", null, "5"], "either": [["a"], "refused", "5"], "enum": "refused", "schema": [{"type": "string"}, {"type": "null"}]}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-compile mcp==2.3.0
cat >probe.py <<'PY'
import asyncio
import enum
import json
import logging
from typing import Any

from mcp.server import MCPServer

logging.disable(logging.CRITICAL)
server = MCPServer('probe')
got = []


class Word(enum.Enum):
    NULL = 'null'
    TRUE = 'true'


@server.tool()
def plain(text: str) -> None:
    got.append(text)


@server.tool()
def optional(text: str | None) -> None:
    got.append(text)


@server.tool()
def either(text: str | list[str]) -> None:
    got.append(text)


@server.tool()
def word(text: Word) -> None:
    got.append(text.value)


async def called(name: str, text: str) -> Any:
    try:
        await server.call_tool(name, {'text': text})
        return got.pop()
    except Exception:
        return 'refused'


async def main() -> None:
    texts = ['["a"]', 'null', '5']
    told = {name: [await called(name, text) for text in texts] for name in ['plain', 'optional', 'either']}
    told['enum'] = await called('word', 'null')
    schema = next(tool for tool in await server.list_tools() if tool.name == 'optional').input_schema
    told['schema'] = schema['properties']['text']['anyOf']
    print(json.dumps(told))


asyncio.run(main())
PY
expected='{"plain": ["[\"a\"]", "null", "5"], "optional": ["refused", null, "5"], "either": [["a"], "refused", "5"], "enum": "refused", "schema": [{"type": "string"}, {"type": "null"}]}'
got=$(venv/bin/python probe.py 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
