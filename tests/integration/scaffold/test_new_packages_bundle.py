"""The pinned esbuild bundles every package that `ohifbuild new` can write: nothing of its own is missing."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from ohifbuild.cache.default import default_cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.processes import run
from ohifbuild.scaffold.package_request import MODULES, package_request
from ohifbuild.scaffold.write_package import write_package
from ohifbuild.tools.esbuild import esbuild

# Each pair of modules, because files of two modules refer to one another and those of three do not.
SETS = (MODULES, *((module,) for module in MODULES), *itertools.combinations(MODULES, 2))


@pytest.mark.parametrize("language", ["typescript", "javascript"])
def test_entry_and_tests_of_each_package_have_all_that_they_import(tmp_path: Path, language: str) -> None:
    wanted = [
        package_request(f"notes-{number}", tmp_path / str(number), "extension", modules, language)
        for number, modules in enumerate(SETS)
    ]
    wanted.append(package_request("chest", tmp_path / "mode", "mode", (), language))
    entries = []
    for request in wanted:
        files = write_package(request)
        tests = [request.into / name for name in files if name.startswith("tests/package.test.")]
        manifests = [request.into / name for name in files if name.endswith("package.json")]
        entries += [path.parent / json.loads(path.read_text())["module"] for path in manifests] + tests
    command = [
        esbuild(default_cache(), offline=False, reporter=SilentReporter()),
        *entries,
        *("--bundle", "--packages=external", "--format=esm", "--platform=node", "--tsconfig-raw={}"),
        *(f"--outdir={tmp_path / 'bundled'}", "--log-level=warning", "--metafile=" + str(tmp_path / "meta.json")),
    ]
    run(command, cwd=tmp_path)
    outputs = json.loads((tmp_path / "meta.json").read_text())["outputs"]
    bundled = [name for name, output in outputs.items() if output.get("entryPoint")]
    assert len(bundled) == len(entries)
