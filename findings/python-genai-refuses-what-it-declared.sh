#!/usr/bin/env bash
# google-genai (Python) 3.6.1 tells the model that a function takes an enum or an optional float, and refuses the values that it named.
#
# A good guess: automatic function calling makes a schema of a function's annotations and reads the arguments by the same annotations, so what
# follows the schema reaches the function. Seen: of a parameter `Kind` (an Enum) the schema lists the values, and "tram" is refused as not
# compatible, so the function never runs and the model is told of an error. The same Enum inside a pydantic model is read. `float` takes 5,
# `Optional[float]` refuses it, and JSON has no other way to write 5.0 for most writers (Google's own answers say 5).
#
# Output seen (Python 3.11, 2026-11-30):
#   {"declared": ["tram", "bus"], "enum": "refused", "enum in a model": "tram", "float": 5, "optional float": "refused", "optional float 5.5": 5.5}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-compile google-genai==3.6.1
cat >probe.py <<'PY'
import enum
import json
import logging
import os
import threading
import typing
from http.server import BaseHTTPRequestHandler, HTTPServer

for name in [name for name in os.environ if name.startswith(('GOOGLE_', 'GEMINI_'))]:
    del os.environ[name]

from google import genai
from google.genai import types
from pydantic import BaseModel

logging.disable(logging.CRITICAL)


class Kind(enum.Enum):
    TRAM = 'tram'
    BUS = 'bus'


class Trip(BaseModel):
    kind: Kind


def by_kind(kind: Kind) -> str:
    """Finds lines."""
    return kind.value


def by_trip(trip: Trip) -> str:
    """Finds lines."""
    return trip.kind.value


def within(km: float) -> float:
    """Finds stops."""
    return km


def perhaps_within(km: typing.Optional[float] = None) -> float:
    """Finds stops."""
    return km


asked = []
call = {}


class Google(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_POST(self):
        asked.append(json.loads(self.rfile.read(int(self.headers['content-length']))))
        part = {'functionCall': call} if len(asked) == 1 else {'text': 'Done'}
        answer = {'candidates': [{'content': {'role': 'model', 'parts': [part]}, 'finishReason': 'STOP'}]}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = HTTPServer(('127.0.0.1', 0), Google)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = genai.Client(
    api_key='made-up',
    http_options=types.HttpOptions(base_url=f'http://127.0.0.1:{server.server_port}'),
)


def called(function, args):
    asked.clear()
    call.clear()
    call.update(name=function.__name__, args=args)
    client.models.generate_content(model='gemini-3.8-flash', contents='Hello', config={'tools': [function]})
    response = asked[1]['contents'][-1]['parts'][0]['functionResponse']['response']
    return response.get('result', 'refused')


enum_seen = called(by_kind, {'kind': 'tram'})
declaration = asked[0]['tools'][0]['functionDeclarations'][0]
schema = declaration.get('parametersJsonSchema') or declaration.get('parameters_json_schema')
told = {
    'declared': schema['properties']['kind']['enum'],
    'enum': enum_seen,
    'enum in a model': called(by_trip, {'trip': {'kind': 'tram'}}),
    'float': called(within, {'km': 5}),
    'optional float': called(perhaps_within, {'km': 5}),
    'optional float 5.5': called(perhaps_within, {'km': 5.5}),
}
print(json.dumps(told))
PY
expected='{"declared": ["tram", "bus"], "enum": "refused", "enum in a model": "tram", "float": 5, "optional float": "refused", "optional float 5.5": 5.5}'
got=$(venv/bin/python probe.py 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
