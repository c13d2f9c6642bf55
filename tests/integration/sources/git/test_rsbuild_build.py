"""The next OHIF's way to build, in little: pnpm 12, Rsbuild, a build profile, and the viewer in a real browser.

The monorepo has the shape of OHIF's source after 3.14.0-beta.6, and its real tools.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from playwright.sync_api import expect

from ohifbuild.cache.entries import Cache
from ohifbuild.cache.shared_store import SharedStore
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.digests import digest_of_tree
from ohifbuild.core.errors import BundleFailed
from ohifbuild.lock.resolve import Resolution, resolve
from ohifbuild.server.headers import connects_to
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.components import contents_of
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.viewer_site import served
from ohifbuild.workflow import build
from system import browser_installed

from .conftest import MONOREPO, Upstream, make_upstream

PATIENCE = 60_000
VERSION = "3.14.0-beta.9"
PANEL = """
import { useState } from 'react';
import { label } from '@ohif/core';

const Panel = ({ start = 41 }: { start?: number }) => {
  const [count, setCount] = useState<number>(start);
  return <button id="panel" onClick={() => setCount(count + 1)}>{label(`panel ${count}`)}</button>;
};

export default { id: '@clinic/extension-panel', getPanelModule: () => [{ name: 'panel', component: Panel }] };
"""


@dataclass(frozen=True)
class Built:
    """The monorepo with a user's extension, built once for the tests of this file."""

    upstream: Upstream
    cache: Cache
    wish: dict[str, object]
    resolution: Resolution
    viewer: BaseViewer
    reporter: SilentReporter
    dist: Path
    profile: object


def write_panel(root: Path) -> Path:
    """A user's extension in TypeScript, with a panel that React shows."""
    (root / "src").mkdir(parents=True)
    manifest = {
        "name": "@clinic/extension-panel",
        "version": "1.0.0",
        "keywords": ["ohif-extension"],
        "module": "src/index.tsx",
        "peerDependencies": {"@ohif/core": "^3.14.0-beta.1", "react": "^19.0.0"},
    }
    (root / "package.json").write_text(json.dumps(manifest))
    (root / "src" / "index.tsx").write_text(PANEL)
    return root


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("rsbuild")
    upstream = make_upstream(folder / "upstream", MONOREPO.with_name("monorepo-rsbuild"), f"v{VERSION}")
    cache, reporter = Cache(folder / "cache", SharedStore(str(folder / "store"))), SilentReporter()
    wish: dict[str, object] = {
        "version": VERSION,
        "source": str(upstream.path),
        "extensions": [str(write_panel(folder / "extension"))],
        "output": str(folder / "dist"),
        "public_url": "/viewer/",
        "verify": False,
    }
    resolution = resolve(Recipe.of(wish), cache=cache, reporter=reporter)
    build(resolution, cache=cache, reporter=reporter)
    viewer = resolution.base.provide(cache, offline=True, reporter=reporter)
    profile = json.loads((room_of(cache) / "ohifbuild" / "ohif.config.json").read_text())
    return Built(upstream, cache, wish, resolution, viewer, reporter, folder / "dist", profile)


def room_of(cache: Cache) -> Path:
    (tree,) = (cache.root / "room").glob("*/tree")
    return tree


def test_the_source_says_itself_how_it_is_built(built: Built) -> None:
    pin = built.resolution.release
    assert (pin.version, pin.package_manager, pin.bundler, pin.node) == (VERSION, "pnpm@12.21.0", "rsbuild", ">=24")
    steps = [line for line in built.reporter.lines if line.startswith(("Clone", "Install", "Bundle"))]
    assert steps == [f"Clone v{VERSION}", "Install dependencies", "Bundle"]


def test_the_extension_is_compiled_in_without_an_edit_of_ohifs_files(built: Built) -> None:
    tree = room_of(built.cache)
    assert built.profile == {
        "pluginConfig": "./pluginConfig.json",
        "appConfig": "config/default.js",
        "publicUrl": "/",
        "htmlTemplate": "index.html",
    }
    changed = [
        name
        for name in built.upstream.git("ls-files").splitlines()
        if (tree / name).is_file() and (tree / name).read_bytes() != (built.upstream.path / name).read_bytes()
    ]
    assert changed == []
    assert not (tree / "a-script-ran").exists()
    assert (tree / "platform/docs/package.json").is_file()
    assert not (tree / "node_modules/is-odd").exists()  # only the documentation needs it


def test_what_rsbuild_bundled_is_listed_with_the_integrity_of_pnpms_lockfile(built: Built) -> None:
    components = contents_of(built.viewer.path).components
    assert [(item.name, item.version) for item in components] == [
        ("@clinic/extension-panel", "1.0.0"),
        *((f"@ohif/{name}", VERSION) for name in ("app", "core", "extension-default", "mode-basic")),
        ("@rspack/core", "2.3.3"),
        ("left-pad", "1.3.0"),
        ("react", "19.2.0"),
        ("react-dom", "19.2.0"),
        ("scheduler", "0.27.0"),
    ]
    assert all(item.integrity.startswith("sha512-") for item in components if "/" not in item.name)
    names = [path.name for path in built.viewer.path.glob("*.js")]
    assert [name for name in names if re.fullmatch(r"app\.bundle\.[0-9a-f]{8}\.js", name)]
    assert not list(built.viewer.path.rglob("*.map"))


def test_the_same_source_gives_the_same_bytes_without_the_network(built: Built, tmp_path: Path) -> None:
    kept = tmp_path / "base"
    built.viewer.path.parent.rename(kept)
    again = built.resolution.base.provide(built.cache, offline=True, reporter=built.reporter)
    assert digest_of_tree(again.path) == digest_of_tree(kept / "dist")


def test_an_export_that_does_not_exist_is_refused_with_its_line(built: Built, tmp_path: Path) -> None:
    root = write_panel(tmp_path / "extension")
    (root / "src" / "index.tsx").write_text(PANEL.replace("{ label }", "{ labels as label }"))
    wish = {**built.wish, "extensions": [str(root)]}
    broken = resolve(Recipe.of(wish), cache=built.cache, reporter=built.reporter)
    with pytest.raises(BundleFailed, match="labels") as refusal:
        broken.base.provide(built.cache, offline=False, reporter=built.reporter)
    assert "src/index.tsx:" in f"{refusal.value.what} {refusal.value.details}"


def test_another_machine_takes_the_base_viewer_from_the_store_and_builds_nothing(built: Built, tmp_path: Path) -> None:
    reporter = SilentReporter()
    other = Cache(tmp_path / "other", built.cache.store)
    viewer = built.resolution.base.provide(other, offline=False, reporter=reporter)
    assert not [line for line in reporter.lines if line.startswith(("Clone", "Install", "Bundle"))]
    assert digest_of_tree(viewer.path) == digest_of_tree(built.viewer.path)
    assert contents_of(viewer.path) == contents_of(built.viewer.path)


def test_the_viewer_runs_below_a_path_with_its_chunks_its_worker_and_the_panel(built: Built) -> None:
    browser_installed()
    settings = read_settings(built.dist)

    async def nothing(_request: web.Request, _tail: str) -> web.StreamResponse:
        return web.Response(status=404)

    class NoArchive:
        async def open(self) -> None: ...

        async def close(self) -> None: ...

    app = application(StaticFiles(built.dist, settings.public_url, connects_to(settings)), settings.roots[0], nothing)
    reporter = SilentReporter()
    with served(app, NoArchive(), "127.0.0.1", 0, None) as origin, started(find_browser(reporter), reporter) as browser:
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{origin}/viewer/viewer?StudyInstanceUIDs=1.2.3&token=secret")
        # The archive has no such study, so a message covers the page, and a person cannot click in it.
        page.locator("#ohifbuild-message").wait_for(timeout=PATIENCE)
        page.locator("#panel").dispatch_event("click")
        expect(page.locator("#panel")).to_have_text("OHIF ........panel 42", timeout=PATIENCE)
        expect(page.locator("main > h1")).to_have_text(f"OHIF ...{VERSION}", timeout=PATIENCE)
        # OHIF's, the user's, and ours at run time.
        expect(page.locator("#counted")).to_have_text("3 extensions", timeout=PATIENCE)
        assert "secret" not in page.url
        assert errors == []
