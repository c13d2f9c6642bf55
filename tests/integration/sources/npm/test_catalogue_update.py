"""The catalogue is brought up to date from a git repository and a registry, both on this machine."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from ohifbuild.commands.releases import command
from ohifbuild.core.processes import output, run
from ohifbuild.releases.catalogue import parse_catalogue

from .conftest import Registry

TEXT = files("ohifbuild.releases").joinpath("releases.toml").read_text(encoding="utf-8")
ENV = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {
    "GIT_COMMITTER_DATE": "2026-09-03T12:00:00Z",
    "GIT_AUTHOR_DATE": "2026-09-03T12:00:00Z",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A repository with one release: the shape of OHIF's source, and its tag."""
    root = tmp_path / "Viewers"
    manifests = {
        "package.json": {"packageManager": "pnpm@12.21.0", "engines": {"node": ">=24"}},
        "platform/core/package.json": {"name": "@ohif/core", "version": "3.13.3"},
        "platform/app/package.json": {"name": "@ohif/app", "scripts": {"build": "rsbuild build"}},
        "platform/app/pluginConfig.json": {"extensions": [], "modes": []},
    }
    for name, content in manifests.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(json.dumps(content))
    (root / "pnpm-lock.yaml").write_text("lockfileVersion: '9.0'\n")
    git = ["git", "-C", str(root), "-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    run(["git", "init", "--quiet", "--initial-branch=main", root], env=ENV)
    run([*git, "config", "uploadpack.allowFilter", "true"], env=ENV)
    run([*git, "add", "--all"], env=ENV)
    run([*git, "commit", "--quiet", "--message", "a release"], env=ENV)
    run([*git, "tag", "--annotate", "--message", "v3.13.3", "v3.13.3"], env=ENV)
    return root


@pytest.fixture
def catalogue_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OHIFBUILD_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "releases.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_new_release_is_pinned_from_its_tag_and_its_package(
    registry: Registry, source: Path, catalogue_file: Path
) -> None:
    package = registry.publish("@ohif/app", "3.13.3", {"dist/index.html": b"<!doctype html>"})
    flags = ["--update", "--no-verify", "--source", str(source), "--catalogue", str(catalogue_file), "--json"]
    done = CliRunner().invoke(command, flags, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    pin = parse_catalogue(catalogue_file.read_text()).releases["3.13.3"]
    assert pin.commit == output(["git", "-C", source, "rev-parse", "v3.13.3^{commit}"], env=ENV).strip()
    assert (pin.npm_integrity, pin.npm_size) == (package.integrity, package.size)
    assert (pin.package_manager, pin.bundler, pin.node) == ("pnpm@12.21.0", "rsbuild", ">=24")
    assert (str(pin.released), pin.verified) == ("2026-09-03", ())
    again = CliRunner().invoke(command, flags, catch_exceptions=False)
    assert json.loads(again.stdout)["releases"] == []


def test_a_package_that_is_not_what_the_registry_announces_leaves_the_catalogue_as_it_was(
    registry: Registry, source: Path, catalogue_file: Path
) -> None:
    registry.publish("@ohif/app", "3.13.3", {"dist/index.html": b"<!doctype html>"})
    registry.faults += ["altered"] * 5
    flags = ["--update", "--no-verify", "--source", str(source), "--catalogue", str(catalogue_file)]
    assert CliRunner().invoke(command, flags).exception
    assert catalogue_file.read_text() == TEXT
