#!/usr/bin/env bash
# LiteLLM 1.110.2 (provider gemini) tells Gemini that an argument is an object where its schema is `const` or an enum of numbers.
#
# A good guess: what the subset of OpenAPI that Gemini knows as `parameters` cannot say is written in another way (`const` as an enum of one)
# or left out, as `format: email` is. Seen: a property whose schema is a constant, or an enum of numbers without a type, becomes
# `{"type": "object"}`, with nothing of the values. Of a choice between two kinds by such a constant, as zod and pydantic write it, the model
# learns that the constant is an object, so it cannot call right. In `response_format` the same schema is sent as it is.
#
# Output seen (Python 3.11, 2026-11-30):
#   {"kind": {"type": "object"}, "zone": {"type": "object"}, "mail": {"type": "string"}, "format": {"const": "bus"}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" LITELLM_LOCAL_MODEL_COST_MAP=True
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-compile litellm==1.110.2
cat >probe.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import litellm

litellm.telemetry = False
litellm.suppress_debug_info = True
asked = []


class Google(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_POST(self):
        asked.append(json.loads(self.rfile.read(int(self.headers['content-length']))))
        content = {'role': 'model', 'parts': [{'text': '{}'}]}
        counts = {'promptTokenCount': 1, 'candidatesTokenCount': 1, 'totalTokenCount': 2}
        body = json.dumps({'candidates': [{'content': content, 'finishReason': 'STOP'}], 'usageMetadata': counts}).encode()
        self.send_response(200)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = HTTPServer(('127.0.0.1', 0), Google)
threading.Thread(target=server.serve_forever, daemon=True).start()


def ask(**more):
    litellm.completion(
        model='gemini/gemini-3-flash-preview',
        api_base=f'http://127.0.0.1:{server.server_port}',
        api_key='made-up',
        messages=[{'role': 'user', 'content': 'Hello'}],
        **more,
    )
    return asked[-1]


properties = {'kind': {'const': 'bus'}, 'zone': {'enum': [1, 2]}, 'mail': {'type': 'string', 'format': 'email'}}
schema = {'type': 'object', 'properties': properties}
tool = {'type': 'function', 'function': {'name': 'book', 'parameters': schema}}
told = dict(ask(tools=[tool])['tools'][0]['function_declarations'][0]['parameters']['properties'])
wanted = {'type': 'json_schema', 'json_schema': {'name': 'trip', 'schema': schema}}
told['format'] = ask(response_format=wanted)['generationConfig']['response_json_schema']['properties']['kind']
print(json.dumps(told))
PY
expected='{"kind": {"type": "object"}, "zone": {"type": "object"}, "mail": {"type": "string"}, "format": {"const": "bus"}}'
got=$(venv/bin/python probe.py 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
