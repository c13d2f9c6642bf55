"""A small release, published as OHIF's pipeline publishes, audited: with real git, bun and webpack."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import AuditImpossible
from ohifbuild.core.processes import run
from ohifbuild.releases.catalogue import ReleasePin
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.supply.audit.bundle_comparison import compare
from ohifbuild.supply.audit.publisher import publisher_of
from ohifbuild.supply.audit.rebuild import bun_binary, rebuild_release
from ohifbuild.tools.toolchain import node_tools

from ...sources.git.conftest import TAG, Upstream, make_upstream

BUN = "1.2.23"
ENTRY = "platform/app/src/index.js"


@dataclass(frozen=True)
class Release:
    upstream: Upstream
    shipped: BaseViewer
    cache: Cache

    @property
    def source(self) -> str:
        return str(self.upstream.path)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The release's three commits, and the viewer that the publisher's own steps made of them elsewhere."""
    folder = tmp_path_factory.mktemp("audit")
    cache, reporter = Cache(folder / "cache"), SilentReporter()
    upstream = make_upstream(folder / "upstream")
    tools = node_tools(cache, reporter)
    bun = bun_binary(BUN, tools, cache, offline=False, reporter=reporter)
    env = {**os.environ, "BUN_INSTALL_CACHE_DIR": str(folder / "bun")}
    upstream.write(".circleci/config.yml", f'command: install "bun-v{BUN}"\n')
    upstream.write(".gitignore", "node_modules\ndist\n")
    (upstream.path / "yarn.lock").unlink()
    run([bun, "install", "--ignore-scripts"], cwd=upstream.path, env=env)
    shutil.rmtree(upstream.path / "node_modules")
    upstream.git("add", ".")
    upstream.git("commit", "--quiet", "--message", "a release")
    released = upstream.git("rev-parse", "HEAD")
    entry = (upstream.path / ENTRY).read_text()
    upstream.write(ENTRY, f'{entry}\nconsole.log("{released}");\n')
    upstream.git("commit", "--quiet", "--all", "--message", "version written in")
    place = folder / "repo"
    shutil.copytree(upstream.path, place)
    run([bun, "install", "--no-save", "--ignore-scripts"], cwd=place, env=env)
    webpack = ["node", "../../node_modules/webpack/bin/webpack.js", "--config", ".webpack/webpack.pwa.js"]
    settings = {"NODE_ENV": "production", "QUICK_BUILD": "true", "PUBLIC_URL": "/", "APP_CONFIG": "config/default.js"}
    run(webpack, cwd=place / "platform/app", env={**os.environ, **settings})
    upstream.commit("packages get their versions", tag=TAG)
    shipped = BaseViewer(place / "platform/app/dist", "published", upstream.pin(), "published")
    return Release(upstream, shipped, cache)


def remade(release: Release) -> Path:
    reporter = SilentReporter()
    publisher = publisher_of(release.shipped, release.source, release.cache, offline=False, reporter=reporter)
    pin = release.shipped.release
    return rebuild_release(pin, publisher, release.source, release.cache, offline=False, reporter=reporter)


def test_every_file_of_an_honest_release_comes_from_its_source(release: Release) -> None:
    verdicts = compare(remade(release), release.shipped.path)
    assert verdicts
    assert [verdict for verdict in verdicts if not verdict.ok] == []


def test_one_changed_statement_in_what_is_shipped_is_found(release: Release, tmp_path: Path) -> None:
    shipped = shutil.copytree(release.shipped.path, tmp_path / "dist")
    script = next(path for path in sorted(shipped.glob("*.js")) if b"leftPad" in path.read_bytes())
    script.write_text(script.read_text() + ";fetch('/x');")
    (bad,) = (verdict for verdict in compare(remade(release), shipped) if not verdict.ok)
    assert bad.name == script.name
    assert "fetch('/x')" in bad.detail


def pinned(release: Release, **changes: object) -> ReleasePin:
    return release.upstream.pin(**changes)


def test_a_viewer_that_names_another_commit_than_its_tag_is_refused(release: Release, tmp_path: Path) -> None:
    shipped = BaseViewer(shutil.copytree(release.shipped.path, tmp_path / "dist"), "x", pinned(release), "published")
    for script in shipped.path.glob("*.js"):
        text = script.read_text()
        script.write_text(text.replace(release.upstream.git("rev-parse", f"{TAG}~2"), "0" * 40))
    with pytest.raises(AuditImpossible, match="names the commit 000000000000, which does not match"):
        publisher_of(shipped, release.source, release.cache, offline=False, reporter=SilentReporter())


def test_a_release_without_a_pinned_commit_cannot_be_audited(release: Release) -> None:
    shipped = BaseViewer(release.shipped.path, "x", pinned(release, commit=None), "published")
    with pytest.raises(AuditImpossible, match=r"source of OHIF 3\.12\.0 is unknown"):
        publisher_of(shipped, release.source, release.cache, offline=False, reporter=SilentReporter())
