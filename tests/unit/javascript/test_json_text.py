from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ohifbuild.javascript.json_text import JsonText

keys = st.text(min_size=1, max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(
    document=st.dictionaries(keys, values, max_size=5),
    key=keys,
    value=values,
    indent=st.sampled_from([None, 2, 4, "\t"]),
)
def test_edits_do_what_they_do_to_the_value(document: dict[str, Any], key: str, value: Any, indent: Any) -> None:
    edited = JsonText(json.dumps(document, indent=indent, ensure_ascii=False))
    edited.set((key,), value)
    assert edited.document == {**document, key: value}
    edited.remove(key)
    assert edited.document == {name: each for name, each in document.items() if name != key}


def test_only_the_edited_value_changes() -> None:
    text = '{\n\t"a" : [1,2],  "b": {"c":1 },\n\t"d": {}\n}\n'
    edited = JsonText(text)
    edited.set(("b", "c"), 2)
    assert edited.text == text.replace('"c":1', '"c":2')
    edited.set(("d", "e"), "x")
    assert edited.text.endswith('"d": {\n\t\t"e": "x"\n\t}\n}\n')


def test_the_line_of_a_key_is_that_of_the_nearest_one_above_if_it_is_missing() -> None:
    text = JsonText('{\n  "a": {\n    "b": 1\n  }\n}')
    assert [text.line("a"), text.line("a", "b"), text.line("a", "c"), text.line("x")] == [2, 3, 2, 1]
