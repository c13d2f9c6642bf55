"""Packages that import the viewer's modules, bundled by the real esbuild and run by the real Node."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ExtensionInvalid
from ohifbuild.core.processes import run
from ohifbuild.packages.accepted_names import AcceptedName
from ohifbuild.packages.dependencies import NOTHING
from ohifbuild.packages.package import Package, read_packages
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.viewer.extensions import BundledPackage
from ohifbuild.viewer.run_time_packages import bundle_with_shared
from small_bundles import RSPACK, WEBPACK, write_bundles

# A registry as the bundlers' run-time code makes it; each chunk that is loaded is noted.
HOST = """
const loaded = [];
const react = { useState: () => 'state', version: '18.3.1' };
const modules = { 5: react, 6: react, 7: Object.assign((...a) => a.join(' '), {}), 20: { Jg: () => 'system', Ay: {}, cn: () => 'cn' },
  41: { basicLayout: 1, default: 'basic' }, 50: { Ru: () => 'added', sM: class {} } };
const require_ = id => { if (!(id in modules)) throw new Error('no module ' + id); return modules[id]; };
require_.e = async id => { loaded.push(id); };
globalThis.webpackChunk = globalThis.rspackChunk = { push: ([, , start]) => start(require_) };
const { default: value } = await import(process.argv[2]);
console.log(JSON.stringify(await value.answer({ react, loaded })));
"""  # noqa: E501


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(params=[WEBPACK, RSPACK], ids=["webpack", "rspack"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> BaseViewer:
    return viewer(tmp_path, request.param)


@pytest.fixture
def webpack(tmp_path: Path) -> BaseViewer:
    return viewer(tmp_path, WEBPACK)


def viewer(folder: Path, files: dict[str, str]) -> BaseViewer:
    (folder / "viewer").mkdir()
    path = write_bundles(folder / "viewer", files)
    return BaseViewer(path, str(path), find_release("3.12.0", catalogue()), "published")


def package(root: Path, files: dict[str, str], name: str = "mine", **manifest: object) -> Path:
    manifest = {"name": name, "version": "1.0.0", "keywords": ["ohif-extension"], "module": "src/index.tsx", **manifest}
    for path, text in {**files, "package.json": json.dumps(manifest)}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def bundled(cache: Cache, base: BaseViewer, *roots: Path) -> tuple[BundledPackage, ...]:
    return bundle_with_shared(read_packages(roots), base, NOTHING, cache, offline=False, reporter=SilentReporter())[0]


def refused(cache: Cache, base: BaseViewer, *roots: Path) -> str:
    with pytest.raises(ExtensionInvalid) as caught:
        bundled(cache, base, *roots)
    return f"{caught.value.what}\n{caught.value.details}"


def answer(item: BundledPackage, folder: Path) -> object:
    (folder / "host.mjs").write_text(HOST)
    return json.loads(run(["node", folder / "host.mjs", item.tree / str(item.extension)]))


def test_a_package_has_the_viewers_react_and_system(cache: Cache, base: BaseViewer, tmp_path: Path) -> None:
    module = """
    import React, { useState } from 'react';
    import * as All from 'react';
    import OHIF, { useSystem, type Nothing } from '@ohif/core';
    const required = require('react');
    export default { answer: ({ react }: any) =>
      [React === react, required === react, useState === react.useState, All.version, useState(), useSystem()] };
    """
    (item,) = bundled(cache, base, package(tmp_path / "p", {"src/index.tsx": module}))
    assert answer(item, tmp_path) == [True, True, True, "18.3.1", "state", "system"]


def test_the_chunks_of_used_modules_are_loaded_first_and_only_those(
    cache: Cache, webpack: BaseViewer, tmp_path: Path
) -> None:
    module = "import { addTool } from '@cornerstonejs/tools'; export default { answer: h => [h.loaded, addTool()] };"
    (item,) = bundled(cache, webpack, package(tmp_path / "p", {"src/index.tsx": module}))
    assert answer(item, tmp_path) == [["1", "2"], "added"]


def installing(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    """Has files in the ``node_modules`` of the first package, as if they came from the registry."""

    def install(_: Path, places: list[tuple[Package, Path]], *__: object, **___: object) -> None:
        for name, text in files.items():
            path = places[0][1] / "node_modules" / name
            path.parent.mkdir(parents=True)
            path.write_text(text)

    monkeypatch.setattr("ohifbuild.viewer.run_time_packages.install_dependencies", install)


def test_dependencies_get_the_viewers_modules_too(
    cache: Cache, webpack: BaseViewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installing(
        monkeypatch,
        {
            "dep/index.js": "exports.react = require('react'), exports.names = require('classnames');",
            "react/index.js": "module.exports = 'a second React';",
            "@ohifbuild-shared/react/index.js": "module.exports = 'a false React';",
        },
    )
    module = "import d from 'dep'; export default { answer: h => [d.react === h.react, d.names('a', 'b')] };"
    (item,) = bundled(cache, webpack, package(tmp_path / "p", {"src/index.tsx": module}))
    assert answer(item, tmp_path) == [True, "a b"]


def test_packages_of_one_recipe_import_one_another(cache: Cache, webpack: BaseViewer, tmp_path: Path) -> None:
    first = package(
        tmp_path / "a", {"src/index.tsx": "export const id = 'a'; export default { answer: () => id };"}, "a"
    )
    second = package(
        tmp_path / "b", {"src/index.tsx": "import { id } from 'a'; export default { answer: () => [id] };"}, "b"
    )
    _, item = bundled(cache, webpack, first, second)
    assert answer(item, tmp_path) == ["a"]


def test_a_package_without_a_default_export_is_a_library_of_the_others(
    cache: Cache, webpack: BaseViewer, tmp_path: Path
) -> None:
    library = package(tmp_path / "a", {"src/index.tsx": "export const id = 'a';"}, "a")
    user = {"src/index.tsx": "import { id } from 'a'; export default { answer: () => [id] };"}
    (item,) = bundled(cache, webpack, library, package(tmp_path / "b", user, "b", dependencies={"a": "^1.0.0"}))
    assert item.package.name == "b"
    assert answer(item, tmp_path) == ["a"]


def test_the_same_package_has_the_same_bytes_in_any_folder(cache: Cache, webpack: BaseViewer, tmp_path: Path) -> None:
    files = {
        "src/index.tsx": "import './a.css'; import url from './a.svg'; const later = () => import('./later'); "
        "export default { url, later };",
        "src/later.ts": "import { useState } from 'react'; export default () => useState();",
        "src/a.css": "b { background: url(./a.svg) }",
        "src/a.svg": "<svg/>",
    }
    (first,) = bundled(cache, webpack, package(tmp_path / "a", files))
    (second,) = bundled(cache, webpack, package(tmp_path / "further" / "down", files))
    assert first.digest == second.digest
    names = {path.suffix for path in first.tree.iterdir()}
    assert names == {".js", ".css", ".svg"}
    text = (first.tree / "extension-module.js").read_text()
    assert 'new URL("asset-a-' in text
    assert "import.meta.url" in text


def test_all_problems_of_all_packages_are_told_at_once(cache: Cache, webpack: BaseViewer, tmp_path: Path) -> None:
    bad = {
        "src/index.tsx": "import { OHIF } from '@ohif/core';\nimport 'lodash';\nimport x from '@ohif/core/src/deep';\n"
        "import { use } from 'react';\nexport default { OHIF, x, use };"
    }
    text = refused(
        cache, webpack, package(tmp_path / "a", bad, "a"), package(tmp_path / "b", {"src/index.tsx": "}"}, "b")
    )
    for part in (
        "src/index.tsx:1:9 imports OHIF from @ohif/core, which the built OHIF 3.12.0 (published) lacks",
        "src/index.tsx:2:7 imports lodash",
        "src/index.tsx:3:14 imports @ohif/core/src/deep",
        "src/index.tsx:4:9 imports use from react",
        'Unexpected "}"',
    ):
        assert part in text


def test_nothing_is_read_outside_of_the_package(cache: Cache, webpack: BaseViewer, tmp_path: Path) -> None:
    (tmp_path / "secret.js").write_text("export default 'secret';")
    (tmp_path / "node_modules" / "stray").mkdir(parents=True)
    (tmp_path / "node_modules" / "stray" / "index.js").write_text("export default 1;")
    module = "import a from '../../secret.js';\nimport b from 'stray';\nexport default { a, b };"
    text = refused(cache, webpack, package(tmp_path / "p", {"src/index.tsx": module}))
    assert "imports ../../secret.js" in text
    assert "imports stray, which neither the viewer nor the package has" in text


def test_what_is_installed_above_the_work_folder_is_refused(
    cache: Cache, webpack: BaseViewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "node_modules" / "stray").mkdir(parents=True)
    (tmp_path / "node_modules" / "stray" / "index.js").write_text("export default 1;")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    text = refused(cache, webpack, package(tmp_path / "p", {"src/index.tsx": "import 'stray'; export default {};"}))
    assert "installed outside of the package" in text


def test_a_missing_export_that_the_recipe_accepts_is_undefined_and_named(
    cache: Cache, base: BaseViewer, tmp_path: Path
) -> None:
    module = "import { Gone, useSystem } from '@ohif/core'; export default { answer: () => [typeof Gone, useSystem()] }"
    root = package(tmp_path / "p", {"src/index.tsx": module})
    with pytest.raises(ExtensionInvalid) as caught:
        bundled(cache, base, root)
    assert caught.value.fix.endswith('allow_missing = ["@ohif/core Gone"]')
    (item,), accepted = bundle_with_shared(
        *(read_packages([root]), base, NOTHING, cache),
        allowed=["@ohif/core Gone", "@ohif/core useSystem"],
        offline=False,
        reporter=SilentReporter(),
    )
    assert answer(item, tmp_path) == ["undefined", "system"]
    assert accepted == (AcceptedName("mine", "src/index.tsx:1:9", "@ohif/core Gone"),)


def test_a_second_copy_of_what_the_viewer_lacks_is_refused(
    cache: Cache, webpack: BaseViewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installing(monkeypatch, {"@ohif/ui/index.js": "export const Button = 1;"})
    module = "import { Button } from '@ohif/ui'; export default { Button };"
    text = refused(cache, webpack, package(tmp_path / "p", {"src/index.tsx": module}))
    assert "imports @ohif/ui, which the built OHIF 3.12.0 (published) does not share" in text
