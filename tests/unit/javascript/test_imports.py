from __future__ import annotations

import pytest

from ohifbuild.javascript.imports import Import, imports_of
from ohifbuild.javascript.syntax import module_grammar


def read(text: str, name: str = "module.tsx") -> list[Import]:
    grammar = module_grammar(name)
    assert grammar
    return imports_of(text, grammar)


def names(found: Import) -> list[tuple[str, str, int, int]]:
    return [(each.name, each.local, each.place.line, each.place.column) for each in found.names]


def test_every_name_has_its_place_in_the_file() -> None:
    (found,) = read("// é\nimport React, {\n  useState,\n  useRef as ref } from 'react';\n")
    assert (found.module, found.kind, found.whole) == ("react", "import", True)
    assert names(found) == [("useState", "useState", 3, 3), ("useRef", "ref", 4, 3)]


def test_places_are_those_of_the_text_even_behind_letters_of_several_bytes() -> None:
    text = "const é = '日本'; import { a } from './b';"
    (found,) = read(text)
    place = found.names[0].place
    assert text[place.start : place.end] == "a"
    assert text[found.module_place.start : found.module_place.end] == "./b"


def test_names_that_are_read_from_a_namespace_are_found_where_they_are_read() -> None:
    (found,) = read("import * as tools from '@cornerstonejs/tools';\ntools.addTool(tools.PanTool);\nother.no;\n")
    assert names(found) == [("addTool", "", 2, 7), ("PanTool", "", 2, 21)]


@pytest.mark.parametrize(
    ("text", "kind", "module"),
    [
        ("export * from './a';", "export", "./a"),
        ("export { b as c } from './a';", "export", "./a"),
        ("const a = await import('./a');", "dynamic", "./a"),
        ("const a = require('./a');", "require", "./a"),
        ("import a = require('./a');", "import", "./a"),
        ("import './a.css';", "import", "./a.css"),
    ],
)
def test_all_ways_to_import_are_read(text: str, kind: str, module: str) -> None:
    (found,) = read(text)
    assert (found.kind, found.module) == (kind, module)


def test_names_of_which_nothing_is_left_at_run_time_are_marked() -> None:
    text = "import type { A } from './a';\nimport { type B, C, D, E, F as G } from './b';\n"
    whole, partly = read(text + "const x: C = { E }; const y = <G />; let z: D.Inner;\n")
    assert whole.is_type
    erased = {each.name for each in (*whole.names, *partly.names) if each.erased}
    assert erased == {"A", "B", "C", "D"}


def test_a_name_that_another_import_has_too_is_not_used_by_that() -> None:
    first, second = read(
        "import { Types } from 'a';\nimport { Types as Other } from 'b';\nlet x: Types.A.B = Other.y;\n"
    )
    assert (first.names[0].erased, second.names[0].erased) == (True, False)


def test_what_only_looks_like_an_import_is_none() -> None:
    assert read("// import a from 'a';\nconst s = \"import b from 'b'\";\nimport(name);\nrequire(`c${d}`);\n") == []


@pytest.mark.parametrize("text", ["import { a from", "(" * 50_000, "\0\0\0", "import {} from", "<div>" * 5_000])
def test_no_text_breaks_the_reading(text: str) -> None:
    assert read(text + "\n") == []


@pytest.mark.parametrize(
    "code",
    ["(a: number) => a", "a => a", "function f({ a }) { a; }", "([a]) => a", "const a = 1; a;", "({ b: a }) => a"],
)
def test_a_name_that_the_file_also_gives_to_something_else_is_not_surely_used(code: str) -> None:
    (found,) = read(f"import {{ a }} from './types';\n{code}\n")
    assert not found.names[0].is_used
    assert not found.is_needed
    assert not found.dropped


def test_a_default_value_and_a_property_are_uses_and_hide_nothing() -> None:
    (found,) = read("import { a, b, c } from './x';\nconst f = (x = a) => x;\nlet y = { k: b }.c;\n")
    assert [name.is_used for name in found.names] == [True, True, False]
