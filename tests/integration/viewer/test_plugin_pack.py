"""Plugins of OHIF 3.14, packed by the real esbuild and run by the real Node with variables as OHIF sets them."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ExtensionInvalid
from ohifbuild.core.processes import run
from ohifbuild.packages.package import read_packages
from ohifbuild.viewer.plugin_pack import Format, pack_plugin
from ohifbuild.workspaces.descriptors import read_descriptor

MODULE = """
import React, { useState } from 'react';
import { useSystem } from '@ohif/core';
import './a.css';
import logo from './logo.png';
export default { id: 'ward', all: () => [typeof React.useState, useState(), useSystem(), logo.slice(0, 10), <b key="1" />] };
"""  # noqa: E501
HOST = """
import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
const module = object => Object.assign(Object.create(null), object, { default: object, __esModule: true });
globalThis.react = module({ useState: () => 'state' });
globalThis['react/jsx-runtime'] = module({ jsx: tag => tag });
globalThis['@ohif/core'] = module({ useSystem: () => 'system' });
const [, , kind, file] = process.argv;
const found = kind === 'umd' ? (runInThisContext(readFileSync(file, 'utf8')), globalThis.ward) : (await import(file)).default;
console.log(JSON.stringify({ id: found.id, all: found.all() }));
"""  # noqa: E501


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache"))


def ward(root: Path, module: str = MODULE, **manifest: object) -> Path:
    (root / "src").mkdir(parents=True)
    (root / "src" / "index.jsx").write_text(module)
    (root / "src" / "a.css").write_text("b { color: teal }")
    (root / "src" / "logo.png").write_bytes(b"image")
    document = {"name": "ward", "version": "1.2.3", "keywords": ["ohif-extension"], "module": "src/index.jsx"}
    (root / "package.json").write_text(json.dumps({**document, **manifest}))
    return root


def packed(root: Path, output: Path, form: Format, cache: Cache) -> dict[str, Any]:
    (package,) = read_packages([root])
    reporter = SilentReporter()
    return pack_plugin(package, output, form, cache, url="/plugins/", offline=False, reporter=reporter).written()


@pytest.mark.parametrize("form", ["umd", "esm"])
def test_a_plugin_has_ohifs_modules_and_a_descriptor_that_fits_it(form: Format, tmp_path: Path, cache: Cache) -> None:
    written = packed(ward(tmp_path / "p"), tmp_path / "out", form, cache)
    bundle = tmp_path / "out" / "ward" / "1.2.3" / f"index.{form}.js"
    digest = base64.b64encode(hashlib.sha384(bundle.read_bytes()).digest()).decode()
    assert written == {
        "packageName": "ward",
        "importPath": f"/plugins/ward/1.2.3/index.{form}.js",
        **({"globalName": "ward"} if form == "umd" else {}),
        "coreVersionRange": ">=3.14.0-beta.7 <4",
        "integrity": f"sha384-{digest}",
        "styles": ["/plugins/ward/1.2.3/index.css"],
    }
    assert json.loads((bundle.parent / "descriptor.json").read_text()) == written
    assert read_descriptor(written, "extensions[0]")[1] == []
    assert "teal" in (bundle.parent / "index.css").read_text() or "#008080" in (bundle.parent / "index.css").read_text()
    (tmp_path / "host.mjs").write_text(HOST)
    (bundle.parent / "package.json").write_text('{"type": "module"}')
    said = json.loads(run(["node", tmp_path / "host.mjs", form, bundle]))
    assert said == {"id": "ward", "all": ["function", "state", "system", "data:image", "b"]}


@pytest.mark.parametrize(
    ("module", "manifest", "words"),
    [
        ("import '@ohif/ui'; export default { id: 'ward' };", {}, "imports @ohif/ui, which the built OHIF 3.14"),
        ("import '@ohif/core/src/x'; export default { id: 'ward' };", {}, "src/index.jsx imports @ohif/core/src/x"),
        ("export default { id: 'other' };", {}, "its id is 'other'"),
        (
            "export default { id: 'ward' };",
            {"ohifbuild": {"extension": "./src/index.jsx", "modes": ["./src/index.jsx"]}},
            "more than one entry",
        ),
    ],
)
def test_a_package_that_cannot_be_a_plugin_is_refused(
    module: str, manifest: dict[str, object], words: str, tmp_path: Path, cache: Cache
) -> None:
    with pytest.raises(ExtensionInvalid, match=words):
        packed(ward(tmp_path / "p", module, **manifest), tmp_path / "out", "umd", cache)
    assert not (tmp_path / "out").exists()
