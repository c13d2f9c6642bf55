"""The entries that OHIF's bundler would find, and the kind of a package without a keyword."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.core.errors import ExtensionInvalid
from ohifbuild.packages.package import Package, read_packages

EXTENSION = "export default { id: 'mine', getPanelModule: () => [] };\n"
MODE = "function modeFactory() { return {}; }\nexport default { id: 'mine', modeFactory };\n"


def read(root: Path, files: dict[str, str], **manifest: object) -> Package:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "package.json").write_text(json.dumps({"name": "mine", "version": "1.0.0", **manifest}))
    return read_packages([root])[0]


@pytest.mark.parametrize(
    ("file", "manifest"),
    [
        ("src/index.tsx", {"module": "src/index.tsx", "main": "dist/umd/x.js"}),
        ("dist/index.js", {"main": "dist/index.js"}),
        ("dist/index.js", {"main": "dist/index"}),
        ("dist/index.mjs", {"exports": "./dist/index.mjs"}),
        ("dist/esm.js", {"exports": {".": {"require": "./dist/no.cjs", "import": "./dist/esm.js"}}, "main": "x.js"}),
        ("dist/esm.js", {"exports": {"types": "./x.d.ts", "import": {"default": "./dist/esm.js"}}}),
        ("lib/index.jsx", {"module": "lib"}),
        ("src/index.js", {"browser": "./src"}),
        ("index.cjs", {"browser": {"fs": False}, "main": "index.cjs"}),
        ("src/index.ts", {"main": "dist/umd/x.js"}),
        ("src/index.ts", {"exports": {".": {"import": "./dist/esm.js"}}, "type": "module"}),
        ("index.js", {}),
    ],
)
def test_the_entry_is_found_as_ohifs_bundler_finds_it(file: str, manifest: dict[str, object], tmp_path: Path) -> None:
    package = read(tmp_path, {file: EXTENSION}, **manifest, keywords=["ohif-extension"])
    assert package.entry == f"./{file}"
    assert package.with_built == file.startswith("dist/")


def test_dist_counts_only_if_the_entry_lies_there(tmp_path: Path) -> None:
    files = {"src/index.js": EXTENSION, "dist/index.js": EXTENSION}
    source = read(tmp_path, files, module="src/index.js")
    (tmp_path / "dist/index.js").write_text("export default 1;\n")
    assert read(tmp_path, {}, module="src/index.js").digest == source.digest
    built = read(tmp_path, {}, main="dist/index.js", keywords=["ohif-extension"])
    (tmp_path / "dist/index.js").write_text("export default 2;\n")
    assert read(tmp_path, {}, main="dist/index.js", keywords=["ohif-extension"]).digest != built.digest


def test_an_entry_that_is_not_there_is_a_note_where_the_source_is(tmp_path: Path) -> None:
    package = read(tmp_path, {"src/index.ts": EXTENSION}, exports={".": "./dist/a.js"}, main="dist/b.js")
    assert "has no exports (./dist/a.js) and no main (dist/b.js); its entry is ./src/index.ts" in package.notes


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [(EXTENSION, "extensions", "getPanelModule"), (MODE, "modes", "modeFactory")],
)
def test_the_code_says_the_kind_where_no_keyword_does(text: str, kind: str, word: str, tmp_path: Path) -> None:
    package = read(
        tmp_path, {"src/index.js": "import mine from './mine';\nexport default mine;\n", "src/mine.js": text}
    )
    assert package.kind == kind
    assert f"because src/mine.js has {word}" in package.notes[-1]


def test_the_keyword_decides_where_both_say_something(tmp_path: Path) -> None:
    assert read(tmp_path, {"index.js": EXTENSION}, keywords=["ohif-mode"]).kind == "modes"


def test_a_path_that_is_too_long_for_any_file_is_no_entry(tmp_path: Path) -> None:
    assert read(tmp_path, {"index.js": EXTENSION}, main="x" * 5000, module="a/" * 3000).entry == "./index.js"


@pytest.mark.parametrize("value", ["../x.js", "/etc/passwd", "./a\0b"])
@pytest.mark.parametrize("key", ["main", "module", "exports", "browser"])
def test_an_entry_outside_the_package_is_refused(key: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(ExtensionInvalid, match="not a path in the package"):
        read(tmp_path / "p", {"index.js": EXTENSION}, **{key: value})


def test_an_id_that_is_not_the_name_is_a_note(tmp_path: Path) -> None:
    package = read(tmp_path, {"index.js": "export default { id: 'other', preRegistration() {} };\n"})
    assert package.id == "other"
    assert any("has the id 'other'" in note for note in package.notes)
    files = {
        "index.js": "import { id } from './src/id';\nexport default { id };\n",
        "src/id.js": "const id = 'mine';\n",
    }
    assert read(tmp_path, files, keywords=["ohif-extension"]).id == "mine"


def test_two_extensions_with_one_id_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        read(tmp_path / name, {"index.js": EXTENSION}, name=name)
    with pytest.raises(ExtensionInvalid, match="also has the id 'mine', and OHIF registers only the first"):
        read_packages([tmp_path / "a", tmp_path / "b"])


def test_what_the_code_imports_counts_and_not_what_is_listed(tmp_path: Path) -> None:
    code = """
    import React, { useState } from 'react';
    import type { Types } from '@scope/types';
    // import x from 'commented';
    /* export * from "commented-too" */
    export { a } from "@scope/deep/inside";
    import './style.css';
    const lazy = () => import('lazy-one');
    const old = require('old-one/lib/x.js');
    """
    listed = dict.fromkeys(("react", "@scope/deep", "lazy-one", "old-one", "commented", "@scope/types", "unused"), "^1")
    package = read(
        tmp_path,
        {
            "index.js": EXTENSION + "export * from './more';\n",
            "more/index.tsx": code,
            "index.test.js": "import 'unused';",
        },
        dependencies=listed,
        peerDependencies={"react": "^18"},
    )
    assert dict(package.imported) == dict.fromkeys(("react", "@scope/deep", "lazy-one", "old-one"), "^1")


def test_install_scripts_are_a_note(tmp_path: Path) -> None:
    package = read(tmp_path, {"index.js": EXTENSION}, scripts={"postinstall": "rm -rf /", "build": "webpack"})
    assert "has the script postinstall, which never runs" in package.notes
