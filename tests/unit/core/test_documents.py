from __future__ import annotations

import json

import pytest

from ohifbuild.core.documents import DEEPEST, parse_json, parse_toml


def test_usual_documents_are_read() -> None:
    assert parse_json('{"a": [1, 1.5, null, true, "x"]}') == {"a": [1, 1.5, None, True, "x"]}
    assert parse_json(b"[]") == []
    assert parse_toml("a = [1]\n[b.c]\nd = -9223372036854775808\n") == {"a": [1], "b": {"c": {"d": -(2**63)}}}


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "[-Infinity]", "", "{", "[" * 100_000, "9" * 5000])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a = 9223372036854775808",
        f"a = 0x{'f' * 5000}",
        f"a = {'9' * 5000}",
        f"a = {'[' * 5000}",
        "a." * 3000 + "b = 1",
    ],
)
def test_what_is_no_toml_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_toml(text)


def test_the_limit_of_nesting_is_exact() -> None:
    deepest = "[" * DEEPEST + "]" * DEEPEST
    assert parse_json(deepest) == json.loads(deepest)
    with pytest.raises(ValueError, match=f"more than {DEEPEST} levels"):
        parse_json(f"[{deepest}]")
