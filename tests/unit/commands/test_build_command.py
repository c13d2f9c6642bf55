"""What the flags of ``ohifbuild build`` come to in the second build of ``--check-reproducible``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner

from ohifbuild.commands import build as build_command
from ohifbuild.commands.build import command
from ohifbuild.config.recipe import Recipe
from ohifbuild.lock.resolve import Resolution
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.published import PublishedViewer
from ohifbuild.viewer.extensions import Bundles
from ohifbuild.viewer.manifest import Manifest
from ohifbuild.workflow import Dist

Again = Callable[..., list[str]]
# Every flag that can be switched off, whatever will be added.
OFF = [
    option.secondary_opts[0]
    for option in command.params
    if isinstance(option, click.Option) and option.secondary_opts and option.name != "verify"
]
PIN = find_release("v3-stable", catalogue())
BASE = PublishedViewer(PIN)


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Again:
    """The arguments of the second build, after a first one with these."""
    monkeypatch.chdir(tmp_path)
    told: list[list[str]] = []
    built = Dist(tmp_path, Manifest({}, {}), PIN, "published", None, 1.0)
    monkeypatch.setattr(build_command, "resolve", lambda recipe, **_: Resolution(recipe, BASE, Bundles((), "")))
    monkeypatch.setattr(build_command, "build", lambda *_, **__: built)
    monkeypatch.setattr(
        build_command, "check_reproducible", lambda dist, arguments, reporter: told.append(list(arguments))
    )

    def run(*arguments: str) -> list[str]:
        CliRunner().invoke(command, [*arguments, "--check-reproducible"], catch_exceptions=False)
        return told[-1]

    return run


def parsed(arguments: list[str]) -> dict[str, Any]:
    return command.make_context("build", list(arguments)).params


@pytest.mark.parametrize("flag", OFF)
def test_what_is_switched_off_in_the_first_build_is_so_in_the_second(again: Again, flag: str) -> None:
    assert flag in again(flag)


def test_the_second_build_has_every_flag_of_the_first(again: Again, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    first = [
        *("--version", "3.11.1", "--from", "published", "--public-url", "/ohif/", "--priors", "exact", "--study-list"),
        *("--token-root", "/wado", "--token-root", "/wado2", "--patches", "more", "--no-minify", "--offline"),
    ]
    differing = {"output", "verify", "twice", "locked", "as_json", "quiet", "verbose"}
    second = parsed(again(*first, "--output", "elsewhere", "--no-verify", "--json", "-q"))
    assert {k: v for k, v in second.items() if k not in differing} == {
        k: v for k, v in parsed(first).items() if k not in differing
    }
    assert second["locked"]


def test_the_preamble_says_where_the_token_of_each_archive_goes(tmp_path: Path) -> None:
    archives = [
        {"name": "clinic", "dicomweb_root": "/clinic"},
        {"name": "staff", "dicomweb_root": "/staff", "access": "session"},
    ]
    said: list[str] = []
    context: Any = SimpleNamespace(reporter=SimpleNamespace(say=said.append), cache=SimpleNamespace(root=tmp_path))
    build_command._preamble(Resolution(Recipe.of({"data_sources": archives}), BASE, Bundles((), "")), None, context)
    assert "  clinic    the token goes to /clinic as 'token: …', and nowhere else" in said
    assert "  staff     no token goes to /staff; requests carry the browser's session" in said
