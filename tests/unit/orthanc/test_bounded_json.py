from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bounded_json

LONGEST = 1024 * 1024

NUMBERS = st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(value=VALUES)
def test_values_within_the_limits_are_read_like_json_loads(value: Any) -> None:
    text = json.dumps(value)
    if bounded_json._depth(text) <= bounded_json.DEEPEST:
        assert bounded_json.parse(text.encode(), LONGEST) == value


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 17 + b"]" * 17,
        b"[" * 1000,
        b"[" * 1_000_000,
        b'{"a":' * 100_000,
        b'{"a":' * 1000 + b"1" + b"}" * 1000,
        b'["]]]]",' * 1000,
        b'["\\"", ' * 1000,
        b'["\\\\", ' * 1000,
        b'["' + b"[" * 1000 + b'"' + b"[" * 1000,
    ],
    ids=range(9),
)
def test_deep_nesting_is_refused_before_it_is_parsed(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bounded_json.json.loads", lambda *_, **__: pytest.fail("it was parsed"))
    with pytest.raises(ValueError, match="nested"):
        bounded_json.parse(data, LONGEST)


def test_brackets_in_strings_do_not_count_as_nesting() -> None:
    value = {"a": "[" * 1000, "b\\": '"{{{{' * 100, "c": ["\\", '\\"' + "[" * 99]}
    assert bounded_json.parse(json.dumps(value).encode(), LONGEST) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"NaN",
        b'{"a": NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"[-1e999]",
        b"[" + b"9" * 5000 + b"]",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": 1, "\\u0061": 2}',
        b"\xff\xfe[\x00]\x00",
        b"\xef\xbb\xbf{}",
        b'["\xff"]',
        b'["\xc0\x80"]',
        b'["\xed\xa0\x80"]',
        b'["\x00"]',
        b"[1]\x00",
        b"[1] [2]",
        b"{'a': 1}",
        b"\\[",
        b" " * (LONGEST + 1),
    ],
)
def test_invalid_and_ambiguous_json_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        bounded_json.parse(data, LONGEST)


def test_the_error_does_not_quote_the_data() -> None:
    for data in (b'{"secret": 1, "secret": 2}', b'{"secret" 1}', b'["secret', b"[secretsecret]"):
        with pytest.raises(ValueError, match=r".") as caught:
            bounded_json.parse(data, LONGEST)
        assert "secret" not in str(caught.value)


def test_hostile_texts_are_refused_quickly() -> None:
    start = time.process_time()
    for data in (b'"' + b'\\"' * 500_000, b'"' * 1_000_000, b"\\" * 1_000_000, b"[]," * 300_000, b"1" * 1_000_000):
        with pytest.raises(ValueError, match=r"."):
            bounded_json.parse(data, LONGEST)
    assert time.process_time() - start < 5


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "none", Path("/dev/zero")):
        with pytest.raises(OSError, match=r"."):
            bounded_json.read(path, LONGEST)
    (tmp_path / "long").write_bytes(b" " * 100 + b"1")
    assert bounded_json.read(tmp_path / "long", 101) == 1
    with pytest.raises(ValueError, match="more than 100 bytes"):
        bounded_json.read(tmp_path / "long", 100)
