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
from ohifbuild.sources.workspace import add_packages, check_packages


def package(root: Path, **changes: object) -> Path:
    (root / "src").mkdir(parents=True, exist_ok=True)
    values = {
        "name": "@clinic/extension-x",
        "version": "1.2.3",
        "keywords": ["ohif-extension"],
        "module": "src/index.tsx",
    }
    (root / "package.json").write_text(json.dumps({**values, **changes}))
    (root / "src/index.tsx").write_text("import { name as id } from '../package.json';\nexport default { id };\n")
    return root


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    for name in ("extensions", "modes", "platform/app/node_modules", "platform/core", "node_modules/react"):
        (tree / name).mkdir(parents=True)
    (tree / "platform/core/package.json").write_text('{"name": "@ohif/core", "version": "3.12.0-beta.1"}')
    (tree / "extensions/default").mkdir()
    (tree / "extensions/default/package.json").write_text('{"name": "@ohif/extension-default", "version": "3.12.0"}')
    (tree / "platform/i18n").mkdir()
    (tree / "platform/i18n/package.json").write_text('{"name": "@ohif/i18n", "version": "3.12.0"}')
    (tree / "platform/app/package.json").write_text('{"name": "@ohif/app", "dependencies": {"react": "18.3.1"}}')
    (tree / "platform/app/pluginConfig.json").write_text('{"extensions": [], "modes": [], "public": []}')
    return tree


def plugins(tree: Path) -> dict[str, list[dict[str, str]]]:
    return dict(json.loads((tree / "platform/app/pluginConfig.json").read_text()))


def add(tree: Path, *roots: Path, by_directory: bool = False) -> list[str]:
    packages, reporter = read_packages(roots), SilentReporter()
    check_packages(tree, packages, reporter)
    add_packages(tree, packages, by_directory=by_directory)
    return reporter.warnings


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
    ],
)
def test_packages_that_cannot_be_compiled_in_are_refused(
    changes: dict[str, object], words: str, tmp_path: Path, tree: Path
) -> None:
    with pytest.raises(ExtensionInvalid, match=words):
        add(tree, package(tmp_path / "m", **changes))


@pytest.mark.parametrize("wanted", ["^3.9.0", ">= 3.12", "3.12.0-beta.1", "workspace:*", "*"])
def test_peer_ranges_that_this_ohif_satisfies_are_accepted(wanted: str, tmp_path: Path, tree: Path) -> None:
    add(tree, package(tmp_path / "a", peerDependencies={"@ohif/core": wanted}))


def test_ranges_as_ohifs_own_tools_write_them_are_one_note(tmp_path: Path, tree: Path) -> None:
    """OHIF's CLI writes such peers from 3.9 to the betas of 3.13; no release meets them."""
    peers = {"@ohif/core": "^3.0.0", "@ohif/i18n": "^1.0.0", "webpack": "5.89.0", "prop-types": "^15.6.2"}
    more = package(tmp_path / "b", name="b", peerDependencies={**peers, "@ohif/extension-default": "^1.0.1"})
    (note,) = add(tree, package(tmp_path / "a", peerDependencies=peers), more)
    assert "@ohif/i18n ^1.0.0, @ohif/extension-default ^1.0.1: asked for in versions" in note


@pytest.mark.parametrize(("wanted", "fits"), [("^17.0.2", True), ("^18.3.1", True), (">=16", True), ("^19.0.0", False)])
def test_only_a_newer_react_than_the_releases_is_refused(wanted: str, fits: bool, tmp_path: Path, tree: Path) -> None:
    root = package(tmp_path / "a", peerDependencies={"react": wanted})
    if fits:
        add(tree, root)
    else:
        with pytest.raises(ExtensionInvalid, match=r"requires react \^19\.0\.0, but this OHIF has 18\.3\.1"):
            add(tree, root)


def test_packages_of_one_recipe_may_depend_on_one_another(tmp_path: Path, tree: Path) -> None:
    ext = package(tmp_path / "ext", name="@clinic/ext")
    needs = {"@clinic/ext": "^1.0.0"}
    add(tree, package(tmp_path / "mode", name="@clinic/mode", keywords=["ohif-mode"], dependencies=needs), ext)
    assert (tree / "ohifbuild-packages/@clinic/ext/src/index.tsx").is_file()


@pytest.mark.parametrize("key", ["peerDependencies", "devDependencies"])
def test_peers_on_one_another_are_no_circle(key: str, tmp_path: Path, tree: Path) -> None:
    one = package(tmp_path / "a", name="a", dependencies={"b": "*"})
    add(tree, one, package(tmp_path / "b", name="b", **{key: {"a": "*", "b": "1.0.10"}}))


def test_every_problem_of_every_package_is_named_at_once(tmp_path: Path, tree: Path) -> None:
    a = package(tmp_path / "a", name="a", peerDependencies={"react": "^19", "@ohif/core": "^2"})
    with pytest.raises(ExtensionInvalid, match="3 problems keep 2") as refusal:
        add(tree, a, package(tmp_path / "b", name="@ohif/i18n"))
    for words in ("requires react ^19", "requires @ohif/core ^2", "OHIF already has a package '@ohif/i18n'"):
        assert words in refusal.value.details


def test_packages_that_do_not_fit_one_another_are_refused_before_any_source(tmp_path: Path) -> None:
    a = package(tmp_path / "a", name="a", dependencies={"b": "^2.0.0"})
    b = package(tmp_path / "b", name="b", dependencies={"c": "1.2.3"})
    with pytest.raises(ExtensionInvalid, match="2 problems") as refusal:
        read_packages([a, b, package(tmp_path / "c", name="c", dependencies={"a": "workspace:*"})])
    for words in ("depends on b ^2.0.0, but", "in a circle: a → b → c → a", '"b": "^1.2.3"'):
        assert words in refusal.value.details


def test_a_copy_has_the_entry_that_was_found_and_no_settings_for_tools(tmp_path: Path, tree: Path) -> None:
    exports = {".": "./dist/x.js", "./y": "./y.js"}
    root = package(tmp_path / "a", module="dist/index.js", exports=exports, babel={"plugins": ["./x.js"]})
    for name in (".babelrc.js", "babel.config.js", "src/postcss.config.js"):
        (root / name).write_text("throw new Error('it ran');\n")
    add(tree, root)
    target = tree / "extensions/ohifbuild-clinic--extension-x"
    manifest = json.loads((target / "package.json").read_text())
    assert (manifest["module"], manifest["exports"]["."]) == ("./src/index.tsx", "./src/index.tsx")
    assert "babel" not in manifest
    assert sorted(path.name for path in target.rglob("*") if path.is_file()) == ["index.tsx", "package.json"]


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
