from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.javascript.exports import Exports, exports_of
from ohifbuild.javascript.resolve import entry_of, exported, package_name, relative_module


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def read(root: Path, name: str = "index.ts") -> Exports:
    return exports_of(root / name, relative_module)


@pytest.mark.parametrize(
    ("text", "values", "types"),
    [
        ("export const { a, b: c, ...rest } = x, d = 1;", {"a", "c", "rest", "d"}, set()),
        ("export function f() {}\nexport async function* g() {}\nexport class K {}", {"f", "g", "K"}, set()),
        ("export interface I {}\nexport type T = 1;\nexport enum E { A }", {"E"}, {"I", "T"}),
        ("interface I {}\nconst v = 1;\nexport { v, I, type W, v as default };", {"v", "default"}, {"I", "W"}),
        ("export type { T } from './t';\nexport { a as b } from './t';", {"b"}, {"T"}),
        ("export * as Types from './types';\nexport default 1;", {"Types", "default"}, set()),
        ("export declare const d: number;\nexport abstract class A {}", {"d", "A"}, set()),
    ],
)
def test_every_form_of_an_export_is_read(text: str, values: set[str], types: set[str], tmp_path: Path) -> None:
    found = read(write(tmp_path, index_DOT_ts=text))
    assert (set(found.values), set(found.types), found.complete) == (values, types, True)


def test_export_star_is_followed_without_its_default(tmp_path: Path) -> None:
    write(tmp_path, index_DOT_ts="export * from './lib';\nexport * from './circle';\n")
    write(tmp_path, lib__index_DOT_tsx="export * from '..';\nexport const a = 1;\nexport default a;\n")
    write(tmp_path, circle_DOT_js="export * from './index';\nexport const b = <div />;\n")
    found = read(tmp_path)
    assert (set(found.values), found.complete) == ({"a", "b"}, True)


@pytest.mark.parametrize(
    "text", ["export * from './gone';", "export * from 'npm-package';", "module.exports = {};", "const = ;"]
)
def test_a_list_with_gaps_says_so(text: str, tmp_path: Path) -> None:
    assert not read(write(tmp_path, index_DOT_ts=text)).complete


def test_a_file_that_is_no_text_has_no_known_exports(tmp_path: Path) -> None:
    (tmp_path / "index.ts").write_bytes(b"\xff\xfe\0export const a = 1;")
    assert read(tmp_path) == Exports(frozenset(), frozenset(), complete=False)


def test_the_entry_of_a_package_is_where_a_bundler_finds_it_and_never_outside(tmp_path: Path) -> None:
    write(tmp_path, src__index_DOT_ts="", lib_DOT_js="", package_DOT_json='{"main": "lib", "module": "src"}')
    assert entry_of(tmp_path) == tmp_path / "src/index.ts"
    (tmp_path / "package.json").write_text('{"exports": {".": {"types": "./x.d.ts", "import": "./lib.js"}}}')
    assert entry_of(tmp_path) == tmp_path / "lib.js"
    (tmp_path / "package.json").write_text('{"module": "../outside.js"}')
    (tmp_path.parent / "outside.js").write_text("")
    assert entry_of(tmp_path) is None


def test_patterns_in_exports_are_resolved() -> None:
    exports = {".": "./a.js", "./lib/*": "./src/lib/*.ts", "./deep": {"node": None, "default": {"import": "./d.js"}}}
    assert exported(exports, "./lib/x") == "./src/lib/x.ts"
    assert exported(exports, "./deep") == "./d.js"
    assert exported(exports, "./none") is None


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("@ohif/core/src/utils", "@ohif/core"),
        ("react-dom/client", "react-dom"),
        ("./x", ""),
        ("/x", ""),
        ("@state", ""),
        ("", ""),
    ],
)
def test_the_package_of_a_module(module: str, package: str) -> None:
    assert package_name(module) == package
