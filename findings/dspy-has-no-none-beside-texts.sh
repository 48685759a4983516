#!/usr/bin/env bash
# dspy 3.4.1: an output `Optional[str]` is never None: the model's "None" and "null" become texts, which are true.
#
# A good guess: of an optional field the adapter reads "nothing" as None, as it does for `Optional[int]`; it asks for "a valid Python
# Union[str, NoneType]" by the JSON schema with "null" after all. Seen: with the default ChatAdapter both answers arrive as the texts "None"
# and "null", with XMLAdapter "null" does, so `if prediction.stop:` goes on with a stop called None. The same answers for `Optional[int]`
# are None. Only JSONAdapter, where null is no text, gives None for both.
#
# Output seen (Python 3.11, 2026-11-30):
#   {"asked for None": true, "chat": {"text None": "None", "text null": "null", "number None": null, "number null": null}, "xml": {"text null": "null", "number null": null}, "json": {"text null": null, "number null": null}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" DSPY_CACHEDIR="$folder/cache" LITELLM_LOCAL_MODEL_COST_MAP=True
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-compile dspy==3.4.1
cat >probe.py <<'PY'
import json
import logging

import dspy

logging.disable(logging.CRITICAL)


class Scripted(dspy.BaseLM):
    def __init__(self, text):
        super().__init__(model='made/up')
        self.text = text

    def __call__(self, prompt=None, messages=None, **more):
        self.asked = str(messages)
        return [self.text]


def read(kind, text, adapter):
    model = Scripted(text)
    with dspy.context(lm=model, adapter=adapter):
        return dspy.Predict(dspy.Signature(f'question -> stop: Optional[{kind}]'))(question='Where?').stop, model.asked


def chat(word):
    return f'[[ ## stop ## ]]\n{word}\n\n[[ ## completed ## ]]'


kinds = {'text': 'str', 'number': 'int'}
words = ['None', 'null']
seen = {
    'asked for None': 'valid Python Union[str, NoneType]' in read('str', chat('null'), dspy.ChatAdapter())[1],
    'chat': {f'{name} {word}': read(kind, chat(word), dspy.ChatAdapter())[0] for name, kind in kinds.items() for word in words},
    'xml': {f'{name} null': read(kind, '<stop>null</stop>', dspy.XMLAdapter())[0] for name, kind in kinds.items()},
    'json': {f'{name} null': read(kind, '{"stop": null}', dspy.JSONAdapter())[0] for name, kind in kinds.items()},
}
print(json.dumps(seen))
PY
expected='{"asked for None": true, "chat": {"text None": "None", "text null": "null", "number None": null, "number null": null}, "xml": {"text null": "null", "number null": null}, "json": {"text null": null, "number null": null}}'
got=$(venv/bin/python probe.py 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
