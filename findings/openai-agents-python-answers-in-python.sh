#!/usr/bin/env bash
# openai-agents (Python) 0.24.0 tells the model what a tool returned as Python writes it, not in JSON.
#
# A good guess: a tool that returns a dict or a list sends JSON, as its arguments came in JSON and as @openai/agents, the same SDK in JS,
# does. Seen: the model reads `{'open': True, 'line': None}`, a pydantic model as `number=1`, and an Enum as `Kind.TRAM`, though the schema
# of the tool's own argument calls the same value "tram". What the model copies from one into the arguments of the next call is not what it
# has to say there. Return `json.dumps(...)` or `model_dump_json()`.
#
# Output seen (Python 3.11, 2026-11-30):
#   {"dict": "{'open': True, 'line': None}", "list": "[1, 'a']", "none": "None", "model": "number=1", "enum": "Kind.TRAM", "schema": ["tram"]}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" OPENAI_AGENTS_DISABLE_TRACING=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-compile openai-agents==0.24.0 openai==3.3.0
cat >probe.py <<'PY'
import asyncio
import enum
import json
from typing import Any

from agents import Agent, Model, ModelResponse, Runner, Usage, function_tool
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText
from pydantic import BaseModel


class Kind(enum.Enum):
    TRAM = 'tram'


class Line(BaseModel):
    number: int


class Scripted(Model):
    asked: list[Any]

    def __init__(self):
        self.asked = []

    async def get_response(self, system_instructions, input, *rest, **more):
        self.asked.append(input)
        if len(self.asked) == 1:
            said = ResponseFunctionToolCall(type='function_call', call_id='one', name='lines', arguments='{"kind": "tram"}')
        else:
            text = ResponseOutputText(type='output_text', text='Done', annotations=[])
            said = ResponseOutputMessage(id='two', type='message', role='assistant', status='completed', content=[text])
        return ModelResponse(output=[said], usage=Usage(), response_id=None)

    def stream_response(self, *rest, **more):
        raise NotImplementedError


def listing(value):
    @function_tool
    def lines(kind: Kind) -> Any:
        """Lists lines."""
        return value

    return lines


async def told(value):
    model = Scripted()
    await Runner.run(Agent(name='agent', model=model, tools=[listing(value)]), 'Hello')
    return next(item['output'] for item in model.asked[1] if item.get('type') == 'function_call_output')


async def main():
    values = {'dict': {'open': True, 'line': None}, 'list': [1, 'a'], 'none': None, 'model': Line(number=1), 'enum': Kind.TRAM}
    seen = {name: await told(value) for name, value in values.items()}
    schema = listing(None).params_json_schema['$defs']['Kind']
    print(json.dumps({**seen, 'schema': schema.get('enum') or [schema['const']]}))


asyncio.run(main())
PY
expected=$(cat <<'TEXT'
{"dict": "{'open': True, 'line': None}", "list": "[1, 'a']", "none": "None", "model": "number=1", "enum": "Kind.TRAM", "schema": ["tram"]}
TEXT
)
got=$(venv/bin/python probe.py 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
