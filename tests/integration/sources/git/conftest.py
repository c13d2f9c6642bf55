"""A small monorepo with OHIF's shape, in a real git repository on this machine."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.processes import output, run
from ohifbuild.releases.catalogue import ReleasePin
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.git import source_build

MONOREPO = Path(__file__).parents[3] / "data" / "monorepo"
TAG = "v3.12.0"
WHO = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]


@dataclass(frozen=True)
class Upstream:
    """A repository to clone from; ``path`` is its work tree."""

    path: Path

    def git(self, *arguments: str) -> str:
        return output(["git", "-C", self.path, *WHO, *arguments], env=clean()).strip()

    def commit(self, message: str = "change", tag: str = "") -> str:
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        if tag:
            self.git("tag", "--annotate", "--force", "--message", tag, tag)
        return self.git("rev-parse", "HEAD")

    def write(self, name: str, text: str) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text, encoding="utf-8")

    def pin(self, **changes: object) -> ReleasePin:
        values: dict[str, object] = {
            "version": "3.12.0",
            "tag": TAG,
            "commit": self.git("rev-parse", f"{TAG}^{{commit}}"),
            "npm_integrity": None,
            "npm_size": None,
            "node": ">=18",
            "package_manager": "yarn@1.22.22",
            "bundler": "webpack",
            "verified": (),
        }
        return ReleasePin(**{**values, **changes})  # type: ignore[arg-type]


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def make_upstream(folder: Path, files: Path = MONOREPO, tag: str = TAG) -> Upstream:
    shutil.copytree(files, folder, ignore=shutil.ignore_patterns("node_modules", "pluginImports.js"))
    run(["git", "init", "--quiet", "--initial-branch=main", folder], env=clean())
    upstream = Upstream(folder)
    upstream.git("config", "uploadpack.allowFilter", "true")
    upstream.commit("a release", tag=tag)
    return upstream


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return make_upstream(tmp_path / "upstream")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def write_extension(root: Path, **manifest: object) -> Path:
    """An OHIF extension that is compiled in."""
    root.mkdir(parents=True, exist_ok=True)
    values = {
        "name": "@clinic/extension-hello",
        "version": "1.0.0",
        "keywords": ["ohif-extension"],
        "module": "index.js",
        "peerDependencies": {"@ohif/core": "^3.9.0"},
    }
    (root / "package.json").write_text(json.dumps({**values, **manifest}))
    (root / "index.js").write_text(
        "import { label } from '@ohif/core';\nexport default { id: '@clinic/extension-hello', text: label(42) };\n"
    )
    return root


@dataclass(frozen=True)
class Built:
    """The monorepo, built once for all tests; nobody may change it or its cache's entries."""

    upstream: Upstream
    cache: Cache
    viewer: BaseViewer
    reporter: SilentReporter

    def again(self, **options: object) -> BaseViewer:
        return make(self.upstream, self.cache, **options)


def make(upstream: Upstream, cache: Cache, **options: object) -> BaseViewer:
    values = {"patches": (), "offline": False, "reporter": SilentReporter(), "pin": upstream.pin(), **options}
    pin, patches, remote = values.pop("pin"), values.pop("patches"), values.pop("remote", str(upstream.path))
    build = source_build(pin, remote, patches, cache, **values)  # type: ignore[arg-type]
    return build.provide(cache, offline=values["offline"], reporter=values["reporter"])  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("source-build")
    upstream, cache, reporter = make_upstream(folder / "upstream"), Cache(folder / "cache"), SilentReporter()
    return Built(upstream, cache, make(upstream, cache, reporter=reporter), reporter)


def scripts(viewer: BaseViewer) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(viewer.path.glob("*.js")))
