"""Values of JavaScript literals, read without running anything."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from ohifbuild.javascript.literals import Literal, literal
from ohifbuild.javascript.syntax import parse

VALUES = [
    "{a: 1, 'b-c': -2.5, \"d\": +3, e: null, f: true, g: false, 7: [1, 'x', {}]}",
    r"""['a\'b', "c\n\t\u0041\x42\u{1F600}\uD83D\uDE00\
d", `t\``, '\0', 'é']""",
    "{a: undefined, b: 1e3, c: 0x10, d: 1_000, e: .5, f: (1)}",
    "{/* c */ a: 1, // d\n b: 2}",
    "{a: 1, a: 2}",
]


def read(text: str) -> Literal:
    statement = parse(f"x = {text};", "javascript").child(0)
    assert statement is not None
    node = statement.child(0)
    assert node is not None
    value = node.field("right")
    assert value is not None
    return literal(value)


@pytest.mark.skipif(not shutil.which("node"), reason="Node is the judge")
@pytest.mark.parametrize("text", VALUES)
def test_values_are_those_of_javascript(text: str) -> None:
    done = subprocess.run(
        ["node", "-e", f"process.stdout.write(JSON.stringify({text}))"], capture_output=True, text=True, check=True
    )
    found = read(text)
    assert found.left_out == {}
    assert found.value == json.loads(done.stdout)


@pytest.mark.parametrize(
    ("text", "value", "left_out"),
    [
        ("{a: () => 1, b: 2}", {"b": 2}, {"a": "a function"}),
        ("{m() { return 1 }}", {}, {"m": "a function"}),
        ("{a: {b: [1, call(), 2]}}", {"a": {"b": [1, 2]}}, {"a.b[1]": "the result of a call"}),
        ("{...more, [key]: 1, short}", {}, {"…": "a computed name", "short": "a variable"}),
        ("{__proto__: {a: 1}, b: 2}", {"b": 2}, {"__proto__": "a prototype"}),
        ("{'__proto__': 1}", {}, {"__proto__": "a prototype"}),
        ("{a: `x${y}`}", {}, {"a": "a computed text"}),
        ("{a: 1 + 1, b: -x, c: /x/}", {}, {"a": "an expression", "b": "an expression", "c": "a regular expression"}),
        ("{a: 1e999}", {}, {"a": "a number that is too large"}),
        ("make()", None, {"": "the result of a call"}),
    ],
)
def test_what_is_no_literal_is_left_out_and_named(text: str, value: Any, left_out: dict[str, str]) -> None:
    found = read(text)
    assert found.value == value
    assert found.left_out.items() >= left_out.items()


def test_a_value_that_is_nested_too_deeply_is_no_configuration() -> None:
    assert any(what == "nested too deeply" for what in read("[" * 100 + "]" * 100).left_out.values())
