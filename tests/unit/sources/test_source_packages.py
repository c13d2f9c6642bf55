from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ExtensionInvalid, OriginUnavailable
from ohifbuild.packages.package import Package, read_packages
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.choose import choose
from ohifbuild.sources.published import PublishedViewer
from ohifbuild.sources.workspace import add_packages
from ohifbuild.tools.toolchain import NodeTools

TOOLS = NodeTools(Path("node"), Path("npm"), {}, "20.0.0", "system")


def package(root: Path, **changes: object) -> Path:
    (root / "src").mkdir(parents=True, exist_ok=True)
    values = {
        "name": "@clinic/extension-x",
        "version": "1.2.3",
        "keywords": ["ohif-extension"],
        "module": "src/index.tsx",
    }
    (root / "package.json").write_text(json.dumps({**values, **changes}))
    (root / "src/index.tsx").write_text("export default { id: 'x' };\n")
    return root


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    for name in ("extensions", "modes", "platform/app/node_modules", "platform/core", "node_modules/react"):
        (tree / name).mkdir(parents=True)
    (tree / "platform/core/package.json").write_text('{"name": "@ohif/core", "version": "3.12.0-beta.1"}')
    (tree / "platform/app/pluginConfig.json").write_text('{"extensions": [], "modes": [], "public": []}')
    return tree


def plugins(tree: Path) -> dict[str, list[dict[str, str]]]:
    return dict(json.loads((tree / "platform/app/pluginConfig.json").read_text()))


def add(tree: Path, *roots: Path, by_directory: bool = False) -> None:
    add_packages(tree, read_packages(roots), TOOLS, by_directory=by_directory, reporter=SilentReporter())


def test_up_to_ohif_3_12_packages_are_linked_and_registered(tmp_path: Path, tree: Path) -> None:
    mode = package(tmp_path / "m", name="mode-y", keywords=["ohif-mode"])
    add(tree, package(tmp_path / "a"), mode)
    assert plugins(tree)["extensions"] == [{"packageName": "@clinic/extension-x", "version": "1.2.3"}]
    assert plugins(tree)["modes"] == [{"packageName": "mode-y", "version": "1.2.3"}]
    link = tree / "platform/app/node_modules/@clinic/extension-x"
    assert link.resolve() == tree / "extensions/ohifbuild-clinic--extension-x"
    assert (link / "src/index.tsx").is_file()


def test_from_ohif_3_13_on_packages_are_registered_by_their_folder(tmp_path: Path, tree: Path) -> None:
    add(tree, package(tmp_path / "a"), by_directory=True)
    folder = str(tree / "extensions/ohifbuild-clinic--extension-x")
    assert plugins(tree)["extensions"][0]["directory"] == folder
    assert not (tree / "platform/app/node_modules/@clinic").exists()


def test_links_of_an_earlier_build_are_removed(tmp_path: Path, tree: Path) -> None:
    link = tree / "platform/app/node_modules/@clinic/gone"
    link.parent.mkdir()
    link.symlink_to(tree / "extensions/gone")
    add(tree)
    assert not link.is_symlink()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "@ohif/core"}, "OHIF already has a package '@ohif/core'"),
        ({"name": "react"}, "OHIF already has a package 'react'"),
        (
            {"peerDependencies": {"@ohif/core": "^3.13.0"}},
            r"requires @ohif/core \^3\.13\.0, but this OHIF has 3\.12\.0",
        ),
        ({"dependencies": {"react": "1", "lost": "1"}}, "does not have its dependency lost"),
    ],
)
def test_packages_that_cannot_be_compiled_in_are_refused(
    changes: dict[str, object], words: str, tmp_path: Path, tree: Path
) -> None:
    with pytest.raises(ExtensionInvalid, match=words):
        add(tree, package(tmp_path / "m", **changes))


@pytest.mark.parametrize("wanted", ["^3.9.0", ">= 3.12", "3.12.0-beta.1", "workspace:*", "*"])
def test_peer_ranges_that_this_ohif_satisfies_are_accepted(wanted: str, tmp_path: Path, tree: Path) -> None:
    add(tree, package(tmp_path / "a", peerDependencies={"@ohif/core": wanted, "react": "^99"}))


def test_a_published_release_compiles_no_packages_in(tmp_path: Path) -> None:
    root = package(tmp_path / "a")
    recipe = Recipe.of({"from": "published", "extensions": [root]})
    chosen = viewer(recipe, tmp_path, *read_packages([root]))
    assert isinstance(chosen, PublishedViewer)
    assert chosen.compiled == ()


def test_a_source_for_a_published_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OriginUnavailable, match="not built from source"):
        viewer(Recipe.of({"from": "published", "ref": "main"}), tmp_path)


def viewer(recipe: Recipe, folder: Path, *packages: Package) -> object:
    pin = find_release("v3-stable", catalogue())
    return choose(recipe, pin, packages, Cache(folder / "cache"), offline=True, reporter=SilentReporter())
