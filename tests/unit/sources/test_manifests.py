from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.sources.manifests import deciding, without_unneeded_packages


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "platform" / "app" / "package.json"
    path.parent.mkdir(parents=True)
    kinds = ("dependencies", "devDependencies", "optionalDependencies")
    wanted = {"eslint-plugin-x": "1.0.0", "jest": "^29", "webpack": "5"}
    path.write_text(json.dumps({"name": "@ohif/app", "sideEffects": False, **dict.fromkeys(kinds, wanted)}))
    return path


def test_only_packages_that_a_bundle_never_has_are_left_out(tmp_path: Path, manifest: Path) -> None:
    whole = json.loads(manifest.read_text())
    with without_unneeded_packages(tmp_path):
        lean = json.loads(manifest.read_text())
    just_webpack = {"webpack": "5"}
    assert lean == {**whole, "devDependencies": just_webpack, "optionalDependencies": just_webpack}


def test_the_source_is_as_it_was_after_an_installation_that_failed(tmp_path: Path, manifest: Path) -> None:
    before = manifest.read_bytes()
    with pytest.raises(OSError, match="registry"), without_unneeded_packages(tmp_path):
        raise OSError("registry")
    assert manifest.read_bytes() == before


def test_packages_left_out_still_decide_the_installation(tmp_path: Path, manifest: Path) -> None:
    before = deciding(tmp_path)
    manifest.write_text(manifest.read_text().replace("^29", "^30"))
    assert deciding(tmp_path) != before
