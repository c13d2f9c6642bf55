from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.components import MODULES_NAME, Component, contents_of
from ohifbuild.supply import sbom as module
from ohifbuild.supply.sbom import sbom
from ohifbuild.supply.sbom_files import write_sbom_files
from ohifbuild.viewer.manifest import FileEntry, Manifest
from ohifbuild.viewer.output import SBOM_NAME

OURS = (Component("@clinic/hello", "1.0.0", "MIT"),)


def packages(*items: Component) -> Any:
    rows = [SimpleNamespace(package=SimpleNamespace(**vars(item)), digest="d") for item in items]
    return SimpleNamespace(packages=rows)


@pytest.fixture
def base(tmp_path: Path) -> BaseViewer:
    (tmp_path / "base" / "dist").mkdir(parents=True)
    rows = [{"name": "react", "version": "18.3.1", "licence": "MIT"}]
    (tmp_path / "base" / MODULES_NAME).write_text(json.dumps(rows))
    return BaseViewer(tmp_path / "base" / "dist", "key", find_release("3.12.0", catalogue()), "published")


def written(base: BaseViewer, manifest: Manifest, tmp_path: Path, *ours: Component) -> str:
    manifest.write(tmp_path)
    write_sbom_files(tmp_path, tmp_path, manifest, base, packages(*ours), Cache(tmp_path / "cache"))
    return (tmp_path / SBOM_NAME).read_text()


def test_the_kept_sbom_is_that_of_the_dist(base: BaseViewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = contents_of(base.path)
    one = Manifest({"a.js": FileEntry("ab" * 32, 1)}, {"release": "3.12.0"})
    other = Manifest({"a.js": FileEntry("cd" * 32, 1)}, {"release": "3.12.0"})
    expected = [sbom(manifest, contents, OURS, epoch=0) for manifest in (one, other)]
    assert written(base, one, tmp_path, *OURS) == expected[0]
    monkeypatch.setattr(module, "sbom", cast("Any", None))  # the second one comes from the cache
    assert written(base, other, tmp_path, *OURS) == expected[1]


def test_other_packages_another_time_or_another_release_make_another_sbom(
    base: BaseViewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = Manifest({}, {"release": "3.12.0"})
    found = [written(base, manifest, tmp_path), written(base, manifest, tmp_path, *OURS)]
    found.append(written(base, Manifest({}, {"release": "3.13.2"}), tmp_path))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    found.append(written(base, manifest, tmp_path))
    assert len(set(found)) == 4
    assert "2023-11-14" in found[-1]
