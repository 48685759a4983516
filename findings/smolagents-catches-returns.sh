#!/usr/bin/env bash
# smolagents 1.26.0: in the Python that a CodeAgent runs, `except Exception` catches a `return`, a `break` and a `continue`.
#
# A good guess: LocalPythonExecutor refuses parts of Python (it says so of `yield`, `global`, `match`), and what it runs means what it means
# in Python. Seen: `return` within a `try` whose handler takes Exception does not return: the handler runs, with an error whose message is
# the value, and the function gives what the handler gives. `break` goes on with the loop. So "try each source, return at the first that
# answers" reports a failure for each source that answered. `except ValueError` lets it pass. Beside that, the `else` of a loop never runs.
#
# Output seen (Python 3.11, 2026-11-30; first what Python says, then the executor):
#   {"return": ["found", "failed:found"], "break": [[0], [0, 1, 2]], "continue": [[], ["failed", "failed"]], "narrow": ["found", "found"], "else": ["ran", "not run"]}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-compile smolagents==1.26.0
cat >probe.py <<'PY'
import json

from smolagents.local_python_executor import LocalPythonExecutor

programs = {
    'return': """
def first(sources):
    for source in sources:
        try:
            return source
        except Exception as error:
            return "failed:" + str(error)
seen = first(["found", "other"])
""",
    'break': """
seen = []
for number in range(3):
    try:
        seen.append(number)
        break
    except Exception:
        pass
""",
    'continue': """
seen = []
for number in range(2):
    try:
        continue
    except Exception:
        seen.append("failed")
""",
    'narrow': """
def first(sources):
    for source in sources:
        try:
            return source
        except ValueError:
            return "failed"
seen = first(["found"])
""",
    'else': """
seen = "not run"
for number in range(2):
    pass
else:
    seen = "ran"
""",
}


def by_python(program):
    names = {}
    exec(program, names)
    return names['seen']


def by_executor(program):
    executor = LocalPythonExecutor(additional_authorized_imports=[])
    executor.send_tools({})
    return executor(program + 'seen\n').output


print(json.dumps({name: [by_python(program), by_executor(program)] for name, program in programs.items()}))
PY
expected='{"return": ["found", "failed:found"], "break": [[0], [0, 1, 2]], "continue": [[], ["failed", "failed"]], "narrow": ["found", "found"], "else": ["ran", "not run"]}'
got=$(venv/bin/python probe.py 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
