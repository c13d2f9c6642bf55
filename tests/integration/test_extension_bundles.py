from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ExtensionInvalid
from ohifbuild.core.resources import extension_template
from ohifbuild.packages.package import read_own_package, read_packages
from ohifbuild.viewer.extensions import BundledPackage, bundle, bundle_all, bundle_early


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache"))


def package(root: Path, module: str = "export default { id: 'mine' };", **parts: object) -> Path:
    root.mkdir(exist_ok=True)
    (root / "index.js").write_text(module)
    document = {"name": "mine", "version": "1.0.0", "ohifbuild": parts or {"extension": "./index.js"}}
    (root / "package.json").write_text(json.dumps(document))
    return root


def bundled(root: Path, cache: Cache) -> BundledPackage:
    return bundle(read_packages([root])[0], cache, offline=False, reporter=SilentReporter())


def test_our_own_package_becomes_modules_and_an_early_script(cache: Cache) -> None:
    ours = read_own_package(extension_template())
    found = bundle(ours, cache, offline=False, reporter=SilentReporter())
    assert found.extension == "extension.js"
    assert found.modes == ("mode.js",)
    assert (found.tree / "mode.js").is_file()
    early = bundle_early(ours, cache, offline=False, reporter=SilentReporter())
    assert "import" not in early.split("(")[0]
    assert "</script" not in early


def test_a_package_of_the_users_is_bundled_and_the_same_sources_give_the_same_digest(
    tmp_path: Path, cache: Cache
) -> None:
    first = bundled(package(tmp_path / "a"), cache)
    second = bundled(package(tmp_path / "b"), Cache(tmp_path / "other-cache"))
    assert first.digest == second.digest
    assert (first.tree / "extension.js").read_text().startswith("var") or "mine" in (
        first.tree / "extension.js"
    ).read_text()
    (tmp_path / "b" / "index.js").write_text("export default { id: 'other' };")
    assert bundled(tmp_path / "b", cache).digest != first.digest


@pytest.mark.parametrize(
    "module",
    [
        "import x from 'react'; export default { id: 'mine', x };",
        "export default { id: 'mine', component: () => <b>JSX needs React</b> };",
        "import './a.css'; export default { id: 'mine' };",
        "import url from './a.png'; export default { id: 'mine', url };",
    ],
)
def test_a_package_with_more_than_its_own_scripts_waits_for_the_viewer(
    tmp_path: Path, cache: Cache, module: str
) -> None:
    root = package(tmp_path / "a", module)
    (root / "a.css").write_text("p { color: red }")
    (root / "a.png").write_bytes(b"image")
    ours = read_own_package(extension_template())
    bundles = bundle_all((ours, *read_packages([root])), cache, offline=False, reporter=SilentReporter())
    assert [item.package.name for item in bundles.packages] == [ours.name]
    assert [package.name for package in bundles.waiting] == ["mine"]


def test_code_that_cannot_be_read_is_shown_with_its_line(tmp_path: Path, cache: Cache) -> None:
    root = package(tmp_path / "a", "export default {{{")
    with pytest.raises(ExtensionInvalid, match="cannot bundle its modules") as caught:
        bundled(root, cache)
    assert "index.js:1" in caught.value.details


def test_a_module_outside_the_package_is_refused(tmp_path: Path, cache: Cache) -> None:
    (tmp_path / "secret.js").write_text("export default 1;")
    root = package(tmp_path / "a", "import x from '../secret.js'; export default { id: 'mine', x };")
    with pytest.raises(ExtensionInvalid, match="outside its folder"):
        bundled(root, cache)


@pytest.mark.parametrize("place", ["tests/x.js", "node_modules/y/x.js", ".hidden/x.js", "vite.config.js", "dist/x.js"])
def test_a_module_that_the_digest_leaves_out_is_refused(place: str, tmp_path: Path, cache: Cache) -> None:
    root = package(tmp_path / "a", f"import x from './{place}'; export default {{ id: 'mine', x }};")
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    (root / place).write_text("export default 1;")
    with pytest.raises(ExtensionInvalid, match="which its digest leaves out"):
        bundled(root, cache)


def test_a_link_that_leads_outside_the_package_is_refused_unread(tmp_path: Path, cache: Cache) -> None:
    root = package(tmp_path / "a")
    (root / "whole-disk").symlink_to("/")
    with pytest.raises(ExtensionInvalid, match="whole-disk is a link outside"):
        bundled(root, cache)


def test_settings_of_the_folders_above_change_nothing(tmp_path: Path, cache: Cache) -> None:
    plain = bundled(package(tmp_path / "plain"), cache)
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "tsconfig.json").write_text("{ no json")
    assert bundled(package(tmp_path / "odd" / "a"), Cache(tmp_path / "other")).digest == plain.digest
