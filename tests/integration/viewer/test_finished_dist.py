"""From a base viewer to a dist with the real esbuild, on a small viewer that is laid out as a release is."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import brotli
import pytest
from click.testing import CliRunner

from ohifbuild.cache.entries import Cache
from ohifbuild.commands.move import command as move_command
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.digests import digest_of_tree
from ohifbuild.core.errors import DistInvalid, IntegrityBroken, OutputNotOurs, RecipeError
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.viewer.manifest import MANIFEST_NAME, Manifest, check_integrity, read_manifest
from ohifbuild.viewer.prepare import PreparedViewer, prepare
from ohifbuild.workflow import finish, move

from .conftest import resolved


def made_ready(base: BaseViewer, cache: Cache, *, minify: bool = True, offline: bool = False) -> PreparedViewer:
    return prepare(base, cache, minify=minify, offline=offline, reporter=SilentReporter())


def finished(base: BaseViewer, cache: Cache, dist: Path, **options: object) -> Manifest:
    recipe = Recipe.of(options)
    dist.mkdir(parents=True)
    return finish(base, resolved(base, recipe, cache), dist, cache, offline=False, reporter=SilentReporter())


def test_a_ready_viewer_is_smaller_and_means_the_same(base: BaseViewer, cache: Cache) -> None:
    tree = made_ready(base, cache).tree
    text = (tree / "app.bundle.0a.js").read_text()
    assert len(text) < (base.path / "app.bundle.0a.js").stat().st_size
    assert {"topLevelName", "topLevelFunction", "filler59"} <= set(re.findall(r"\w+", text))
    assert "a licence that has to stay" in (tree / "script-licenses.txt").read_text()
    assert "self.PUBLIC_URL" in text
    assert (tree / "app.bundle.css").read_text().strip() == "body{background:url(font.woff2)}"
    assert brotli.decompress((tree / "app.bundle.0a.js.br").read_bytes()).decode() == text
    assert gzip.decompress((tree / "app.bundle.0a.js.gz").read_bytes()).decode() == text


def test_a_ready_viewer_leaves_the_base_and_what_others_built_alone(base: BaseViewer, cache: Cache) -> None:
    before = digest_of_tree(base.path)
    tree = made_ready(base, cache).tree
    assert digest_of_tree(base.path) == before
    assert (tree / "ort" / "ort.min.js").samefile(base.path / "ort" / "ort.min.js")
    assert not list(tree.rglob("*.map"))
    assert not (tree / "index.html").exists()


def test_a_dist_has_no_page_but_the_viewers_and_nothing_for_openid_or_from_another_host(
    base: BaseViewer, cache: Cache, tmp_path: Path
) -> None:
    dist = tmp_path / "dist"
    finished(base, cache, dist)
    names = {path.relative_to(dist).as_posix() for path in dist.rglob("*") if path.is_file()}
    own = {name for name in names if not name.startswith("ohifbuild/") and not name.endswith((".br", ".gz"))}
    assert own == {
        *("index.html", "app-config.js", "app.bundle.0a.js", "app.bundle.css", "manifest.json", MANIFEST_NAME),
        *("customizations/tools.jsonc", "init-service-worker.js", "ohifbuild-media.js", "ort/ort.min.js"),
        "script-licenses.txt",
    }


def test_a_ready_viewer_is_made_once_and_its_hashes_are_those_of_its_files(base: BaseViewer, cache: Cache) -> None:
    first = made_ready(base, cache)
    vanished = replace(base, path=base.path / "gone")
    again = made_ready(vanished, cache, offline=True)
    assert again.tree == first.tree
    assert made_ready(base, cache, minify=False).tree != first.tree
    inputs = Manifest(again.files, {})
    inputs.write(again.tree)
    assert check_integrity(again.tree).ok
    (again.tree / MANIFEST_NAME).unlink()


def test_a_moved_dist_is_what_a_build_for_that_place_makes(base: BaseViewer, cache: Cache, tmp_path: Path) -> None:
    home, there = tmp_path / "home", {"public_url": "/a/ohif/", "dicomweb_root": "https://pacs.example/dicom-web"}
    at_root = finished(base, cache, home, token_scheme="Bearer", priors="exact")
    built = finished(base, cache, tmp_path / "built", token_scheme="Bearer", priors="exact", **there)
    moved = move(home, tmp_path / "moved", **there)
    assert moved.digest == built.digest != at_root.digest
    assert digest_of_tree(tmp_path / "moved") == digest_of_tree(tmp_path / "built")
    move(tmp_path / "moved", tmp_path / "moved", public_url="/", dicomweb_root="/dicom-web")
    assert digest_of_tree(tmp_path / "moved") == digest_of_tree(home)
    assert check_integrity(home).ok


def test_a_dist_with_archives_and_a_logo_is_moved_without_the_files_of_its_recipe(
    base: BaseViewer, cache: Cache, tmp_path: Path
) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    options = {
        "data_sources": [{"name": "a", "dicomweb_root": "/a"}, {"name": "b", "dicomweb_root": "/b"}],
        "branding": {"name": "Ward", "logo": logo, "favicon": logo},
        "app_config": {"x": 1},
    }
    finished(base, cache, tmp_path / "home", **options)
    built = finished(base, cache, tmp_path / "built", **options, public_url="/ohif/")
    logo.unlink()
    assert move(tmp_path / "home", tmp_path / "moved", public_url="/ohif/").digest == built.digest
    assert digest_of_tree(tmp_path / "moved") == digest_of_tree(tmp_path / "built")
    images = [name for name in built.files if name.startswith("ohifbuild/branding/")]
    assert len([name for name in images if name.endswith(".svg")]) == 2


def test_the_command_moves_in_place_and_says_what_it_is_now(base: BaseViewer, cache: Cache, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    finished(base, cache, dist)
    assert CliRunner().invoke(move_command, [str(dist)]).exit_code == 2
    result = CliRunner().invoke(move_command, [str(dist), "--public-url", "/ohif/", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["options"]["public_url"] == "/ohif/"
    assert json.loads(result.stdout)["digest"] == read_manifest(dist).digest
    assert 'src="/ohif/app.bundle.0a.js"' in (dist / "index.html").read_text()


def test_a_move_refuses_what_a_build_would_and_leaves_the_dist_alone(
    base: BaseViewer, cache: Cache, tmp_path: Path
) -> None:
    dist = tmp_path / "dist"
    finished(base, cache, dist)
    before = digest_of_tree(dist)
    with pytest.raises(RecipeError, match="cannot be moved") as caught:
        move(dist, dist, public_url="ohif", dicomweb_root="https://u:p@host/x")
    assert {line.split(":")[0].strip() for line in caught.value.details.splitlines()} == {
        "--public-url",
        "--dicomweb-root",
    }
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("")
    with pytest.raises(OutputNotOurs):
        move(dist, tmp_path / "mine", public_url="/x/")
    assert digest_of_tree(dist) == before


def test_a_dist_that_was_changed_by_hand_is_not_moved(base: BaseViewer, cache: Cache, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    finished(base, cache, dist)
    config = dist / "app-config.js"
    config.unlink()
    config.write_text("window.config = {};")
    with pytest.raises(IntegrityBroken, match="do not match its manifest"):
        move(dist, dist, public_url="/x/")


def test_a_dist_of_another_version_is_not_moved(base: BaseViewer, cache: Cache, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    finished(base, cache, dist)
    manifest = json.loads((dist / MANIFEST_NAME).read_text())
    manifest["inputs"]["options"] = {"an_option": "of the future"}
    (dist / MANIFEST_NAME).write_text(json.dumps(manifest))
    with pytest.raises(DistInvalid, match="options"):
        move(dist, dist, public_url="/x/")
