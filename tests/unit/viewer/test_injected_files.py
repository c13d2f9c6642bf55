"""The files of an injected viewer: which are written, and which are the prepared viewer's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.config.recipe import Recipe
from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.packages.package import Package, read_packages
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.viewer.app_config import app_config, settings
from ohifbuild.viewer.config_module import ConfigModule
from ohifbuild.viewer.extensions import BundledPackage, Bundles
from ohifbuild.viewer.inject import INJECTED_START, inject
from ohifbuild.viewer.prepare import PreparedViewer
from ohifbuild.viewer.startup_files import NO_STARTUP_FILES

PAGE = (
    '<!doctype html><html><head><meta charset="utf-8"><script>window.PUBLIC_URL = "/"</script>'
    '<script src="/app-config.js"></script><script>function browserImportFunction(n){return import(n)}</script>'
    '<script defer src="/app.bundle.js"></script></head><body></body></html>'
)
MODULE = ConfigModule("module.0a.js", "own();\n")


@pytest.fixture
def viewer(tmp_path: Path) -> PreparedViewer:
    tree = tmp_path / "tree"
    (tree / "assets").mkdir(parents=True)
    (tree / "app.bundle.js").write_text("app")
    (tree / "assets/a.png").write_text("image")
    base = BaseViewer(tree, "key", find_release("3.12.0", catalogue()), "published")
    return PreparedViewer(tree, {}, base, PAGE, NO_STARTUP_FILES)


@pytest.fixture
def bundles(tmp_path: Path) -> Bundles:
    (tmp_path / "package").mkdir()
    (tmp_path / "package/index.js").write_text("export default { id: 'mine' };")
    package = {"name": "mine", "version": "1.0.0", "ohifbuild": {"extension": "./index.js"}}
    (tmp_path / "package/package.json").write_text(json.dumps(package))
    (read,) = read_packages([tmp_path / "package"])
    both = bundled(tmp_path / "both", read, "0a", "extension.js", ("mode.js", "mode-2.js"))
    mode = bundled(tmp_path / "mode", read, "0b", None, ("mode.js",))
    return Bundles((both, mode), "early()", media_worker="worker()")


def bundled(tree: Path, package: Package, digest: str, extension: str | None, modes: tuple[str, ...]) -> BundledPackage:
    (tree / "chunks").mkdir(parents=True)
    for name in (*((extension,) if extension else ()), *modes):
        (tree / name).write_text('import "./chunks/c.js";')
    (tree / "chunks/c.js").write_text("chunk")
    return BundledPackage(package, tree, digest, extension, modes)


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


OURS = {
    *("index.html", "app-config.js", "ohifbuild-media.js"),
    *("ohifbuild/0a/extension.js", "ohifbuild/0a/mode.js", "ohifbuild/0a/mode-2.js", "ohifbuild/0a/chunks/c.js"),
    *("ohifbuild/0b/mode.js", "ohifbuild/0b/chunks/c.js"),
}


def test_a_dist_has_the_viewers_files_as_links_and_ours_as_files(
    viewer: PreparedViewer, bundles: Bundles, tmp_path: Path
) -> None:
    recipe, work = Recipe.of({"public_url": "/ohif/"}), tmp_path / "work"
    written = inject(viewer, recipe, bundles, work)
    assert written == ("index.html", "app-config.js", "ohifbuild-media.js", *sorted(OURS)[3:])
    assert files_of(work) == OURS | {"app.bundle.js", "assets/a.png"}
    assert (work / "assets/a.png").samefile(viewer.tree / "assets/a.png")
    assert (work / "ohifbuild-media.js").read_text() == "worker()\n"
    extensions = ["/ohif/ohifbuild/0a/extension.js"]
    modes = ["/ohif/ohifbuild/0a/mode.js", "/ohif/ohifbuild/0a/mode-2.js", "/ohif/ohifbuild/0b/mode.js"]
    assert (work / "app-config.js").read_text() == app_config(recipe, extensions, modes)


def test_the_page_has_the_early_script_the_settings_and_hints_of_all_modules(
    viewer: PreparedViewer, bundles: Bundles, tmp_path: Path
) -> None:
    recipe, work = Recipe.of({"public_url": "/ohif/"}), tmp_path / "work"
    inject(viewer, recipe, bundles, work)
    page = (work / "index.html").read_text()
    start = INJECTED_START.search(page)
    assert start
    assert start["early"] == "early()"
    assert json.loads(start["settings"]) == settings(recipe, "3.12.0")
    hinted = {name for name in OURS if f'<link rel="modulepreload" fetchpriority="low" href="/ohif/{name}">' in page}
    assert hinted == {name for name in OURS if name.startswith("ohifbuild/")}


def test_without_streaming_there_is_no_service_worker(viewer: PreparedViewer, bundles: Bundles, tmp_path: Path) -> None:
    written = inject(viewer, Recipe.of({"media_streaming": False}), bundles, tmp_path / "work")
    assert "ohifbuild-media.js" not in written
    assert "ohifbuild-media.js" not in files_of(tmp_path / "work")


def test_images_and_the_configuration_module_are_files_of_the_dist(
    viewer: PreparedViewer, bundles: Bundles, tmp_path: Path
) -> None:
    for name in ("logo.svg", "icon.svg"):
        (tmp_path / name).write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><title>{name}</title></svg>')
    branding = {"logo": str(tmp_path / "logo.svg"), "favicon": str(tmp_path / "icon.svg")}
    recipe, work = Recipe.of({"branding": branding}), tmp_path / "work"
    written = inject(viewer, recipe, bundles, work, MODULE)
    images = {f"ohifbuild/branding/{image.name}": image.data for image in recipe.branding.images}
    assert len(images) == 2
    assert files_of(work) - {"app.bundle.js", "assets/a.png"} == set(written)
    assert set(written) == OURS | set(images) | {"ohifbuild/app-config/module.0a.js"}
    assert {name: (work / name).read_bytes() for name in images} == images
    assert (work / "ohifbuild/app-config/module.0a.js").read_text() == MODULE.text
    loaded = '<script src="/app-config.js"></script><script src="/ohifbuild/app-config/module.0a.js"></script>'
    assert loaded in (work / "index.html").read_text()


def test_a_viewer_without_packages_has_its_images_and_its_module(viewer: PreparedViewer, tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    recipe = Recipe.of({"branding": {"logo": str(tmp_path / "logo.svg")}})
    for name, module in (("one", MODULE), ("other", None)):
        (tmp_path / name).mkdir()
        written = inject(viewer, recipe, Bundles((), "early()", media_worker=""), tmp_path / name, module)
        assert len(written) == (5 if module else 4)


@pytest.mark.parametrize("page", [PAGE.replace("app-config", "other"), PAGE.replace("<body>", PAGE)])
def test_a_page_that_does_not_load_the_configuration_once_can_have_no_module(
    viewer: PreparedViewer, bundles: Bundles, tmp_path: Path, page: str
) -> None:
    viewer = PreparedViewer(viewer.tree, {}, viewer.base, page, NO_STARTUP_FILES)
    with pytest.raises(ReleaseUnsupported, match=r"app-config\.js"):
        inject(viewer, Recipe.of({}), bundles, tmp_path / "work", MODULE)


@pytest.mark.parametrize(
    "tag",
    [
        '<script src="/app-config.js"></script>',
        "<script src=/app-config.js></script>",
        "<script defer src='/app-config.js' type=\"text/javascript\"></script>",
    ],
)
def test_the_configuration_module_comes_right_after_the_configuration_in_any_spelling(
    viewer: PreparedViewer, bundles: Bundles, tmp_path: Path, tag: str
) -> None:
    page = PAGE.replace('<script src="/app-config.js"></script>', tag)
    viewer = PreparedViewer(viewer.tree, {}, viewer.base, page, NO_STARTUP_FILES)
    inject(viewer, Recipe.of({}), bundles, tmp_path / "work", MODULE)
    text = (tmp_path / "work/index.html").read_text()
    before, after = text.split('<script src="/ohifbuild/app-config/module.0a.js"></script>')
    assert before.endswith("></script>")
    assert "app-config.js" in before[-60:]
    assert "app-config.js" not in after


@pytest.mark.parametrize("tag", ["<script src=/app-config.js.map></script>", "<script src=/app-config_js></script>"])
def test_another_file_is_not_taken_for_the_configuration(
    viewer: PreparedViewer, bundles: Bundles, tmp_path: Path, tag: str
) -> None:
    page = PAGE.replace('<script src="/app-config.js"></script>', tag)
    viewer = PreparedViewer(viewer.tree, {}, viewer.base, page, NO_STARTUP_FILES)
    with pytest.raises(ReleaseUnsupported):
        inject(viewer, Recipe.of({}), bundles, tmp_path / "work", MODULE)
