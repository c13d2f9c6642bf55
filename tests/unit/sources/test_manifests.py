from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.sources.manifests import install_inputs, without_unneeded_packages


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "platform" / "app" / "package.json"
    path.parent.mkdir(parents=True)
    kinds = ("dependencies", "devDependencies", "optionalDependencies")
    wanted = {"eslint-plugin-x": "1.0.0", "jest": "^29", "webpack": "5"}
    path.write_text(json.dumps({"name": "@ohif/app", "sideEffects": False, **dict.fromkeys(kinds, wanted)}))
    return path


def test_only_packages_that_are_never_in_a_bundle_are_left_out(tmp_path: Path, manifest: Path) -> None:
    whole = json.loads(manifest.read_text())
    with without_unneeded_packages(tmp_path):
        reduced = json.loads(manifest.read_text())
    just_webpack = {"webpack": "5"}
    assert reduced == {**whole, "devDependencies": just_webpack, "optionalDependencies": just_webpack}


def test_the_documentations_packages_are_not_installed(tmp_path: Path, manifest: Path) -> None:
    docs = tmp_path / "platform" / "docs" / "package.json"
    docs.parent.mkdir()
    docs.write_text('{"name": "ohif-docs"}')
    with without_unneeded_packages(tmp_path):
        assert not docs.exists()
        assert manifest.is_file()
    assert docs.read_text() == '{"name": "ohif-docs"}'


def test_a_failed_installation_leaves_the_source_unchanged(tmp_path: Path, manifest: Path) -> None:
    before = manifest.read_bytes()
    with pytest.raises(OSError, match="registry"), without_unneeded_packages(tmp_path):
        raise OSError("registry")
    assert manifest.read_bytes() == before


def test_packages_that_are_left_out_still_decide_the_installation(tmp_path: Path, manifest: Path) -> None:
    before = install_inputs(tmp_path)
    manifest.write_text(manifest.read_text().replace("^29", "^30"))
    assert install_inputs(tmp_path) != before
