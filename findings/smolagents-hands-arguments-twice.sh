#!/usr/bin/env bash
# smolagents 1.26.0: in the Python that a CodeAgent runs, `*args` has the named arguments again, decorators do nothing, and `[*a, *b]` nests.
#
# A good guess: LocalPythonExecutor refuses what it does not know (it says so of `yield`, `global`, `match`), and what it runs means what it
# means in Python. Seen, with no error and other results: `*args` begins with the arguments that were given to the names before it,
# `**kwargs` has the named ones again; a decorator of a function is passed over; a list in a list by `*` stays a list; a function without
# `return` gives its last expression; a call with too many arguments runs; `d[key()] += 1` calls `key` twice; a default list is new in each
# call.
#
# Output seen (Python 3.11, 2026-11-30; first what Python says, then the executor):
#   {"args": [[1, [2, 3], {"d": 5}], [1, [1, 2, 3], {"c": 4, "d": 5}]], "decorator": [20, 10], "stars": [[0, 1, 2], [[0, 1], [2]]], "no return": [null, 5], "too many": ["refused", 1], "twice": [1, 2], "default": [[1, 2], [2]]}
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
    'args': """
def told(a, *args, c=0, **kwargs):
    return [a, list(args), kwargs]
seen = told(1, 2, 3, c=4, d=5)
""",
    'decorator': """
def doubled(function):
    return lambda: function() * 2
@doubled
def ten():
    return 10
seen = ten()
""",
    'stars': """
seen = [*[0, 1], *[2]]
""",
    'no return': """
def told():
    5
seen = told()
""",
    'too many': """
def same(a):
    return a
try:
    seen = same(1, 2)
except TypeError:
    seen = "refused"
""",
    'twice': """
called = []
def key():
    called.append(1)
    return "a"
counts = {"a": 0}
counts[key()] += 1
seen = len(called)
""",
    'default': """
def kept(value, list=[]):
    list.append(value)
    return list
kept(1)
seen = kept(2)
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
expected='{"args": [[1, [2, 3], {"d": 5}], [1, [1, 2, 3], {"c": 4, "d": 5}]], "decorator": [20, 10], "stars": [[0, 1, 2], [[0, 1], [2]]], "no return": [null, 5], "too many": ["refused", 1], "twice": [1, 2], "default": [[1, 2], [2]]}'
got=$(venv/bin/python probe.py 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
