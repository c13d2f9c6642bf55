"""Patches: any ``patch.toml`` gives patches that can be planned, or a ``PatchInvalid``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import tomli_w

from fuzz.spoil import spoilt, text
from fuzz.target import Check
from fuzz.targets.recipe import printable
from ohifbuild.core.errors import PatchInvalid
from ohifbuild.patches.load import load_folder
from ohifbuild.patches.plan import plan
from ohifbuild.patches.source_tree import MemoryTree

TREE = MemoryTree(
    {
        "a/b/c.js": "export function f(x) {\n  return g(x, 1);\n}\n",
        "a/b/d.tsx": "export const D = () => <p title='x'>{f(1)}</p>;\n",
        "1/2/3/4/5/6/7/8/9/10/f.js": "f(3);\n",
        "a/e.ts": "const n: number = f(2);\nif (n) { f(n); }\n",
    }
)
KEYS = (
    "pattern", "kind", "regex", "inside", "has", "all", "any", "not", "matches", "follows", "precedes", "nthChild", "field",
    "stopBy", "range",
)  # fmt: skip
TEXTS = (
    "f($X)",
    "$$$A",
    "$F($$$ARGS)",
    "call_expression",
    "identifier",
    "(a+)+$",
    "[",
    "number",
    "u",
    "end",
    "$",
    "x => $X",
)
WORDS = (
    *tuple(f'{key} = "u"\n'.encode() for key in KEYS),
    b"[change.utils]\n",
    b"[[change]]\n",
    b"**/",
    b"{1,1000}",
    b"(?:",
)


def generate(random: Random) -> bytes:
    document = {
        "name": "p" if random.random() < 0.9 else text(random),
        "reason": "r",
        "releases": random.choice((">=3.5", "3.12.x || ^3.11", "*", text(random, "3", ".", ">="))),
        "change": [_change(random) for _ in range(random.randrange(1, 3))],
    }
    data = tomli_w.dumps(document).encode()
    return spoilt(random, data, WORDS) if random.random() < 0.5 else data


@contextmanager
def checker() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p" / "patch.toml"
        path.parent.mkdir()

        def check(data: bytes) -> None:
            path.write_bytes(data)
            try:
                patches = load_folder(Path(folder))
                plan(TREE, "3.12.0", patches)
            except PatchInvalid as error:
                printable(error.what, error.details, error.cause, error.fix)

        yield check


def _change(random: Random) -> dict[str, Any]:
    made: dict[str, Any] = {
        "files": [
            random.choice(("a/b/c.js", "a/**/*.js", "**/*.ts", "a/b/d.tsx", "**/**/**/c.js", "../x.js", text(random)))
        ],
        "matches": random.choice((1, 1, 2, 0, 1000)),
        "rule": _rule(random, 3),
        "fix": random.choice(("f(2)", "g($X)", "", text(random, "$X", "$$$A"))),
        "after": [{"matches": random.choice((0, 1)), "rule": _rule(random, 2)}],
    }
    if random.random() < 0.3:
        made["utils"] = {"u": _rule(random, 2)}
    if random.random() < 0.2:
        made["constraints"] = {"X": _rule(random, 1)}
    if random.random() < 0.2:
        made["transform"] = {
            "Y": random.choice(({"replace": {"source": "$X", "replace": "(a)", "by": "$1"}}, {"u": 1}, "x"))
        }
    return made


def _rule(random: Random, depth: int) -> dict[str, Any]:
    return {key: _value(random, key, depth) for key in random.sample(KEYS, random.choice((1, 1, 2, 3)))}


def _value(random: Random, key: str, depth: int) -> Any:
    if depth and key in ("inside", "has", "not", "follows", "precedes", "nthChild"):
        return _rule(random, depth - 1)
    if depth and key in ("all", "any"):
        return [_rule(random, depth - 1) for _ in range(random.randrange(3))]
    return random.choice((random.choice(TEXTS), random.choice(TEXTS), text(random, *TEXTS), 1, True))
