"""Patches are tried on the release that a lock is to move to, before anything is installed for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from ohifbuild.cache.entries import Cache
from ohifbuild.commands.main import cli
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import OriginUnavailable, PatchDrift
from ohifbuild.lock.lock_file import Lock, read_lock
from ohifbuild.lock.upgrade import PatchTrial, try_patches
from ohifbuild.patches.series import load
from ohifbuild.sources.git import source_build

from .conftest import TAG, Upstream
from .test_source_build import PATCH

LOCKED = Lock({"release": {"wish": "v3-stable", "version": "3.11.1", "origin": "git"}})


def attempt(upstream: Upstream, cache: Cache, folder: Path, text: str) -> tuple[PatchTrial, SilentReporter]:
    """A lock at 3.11.1 is to move to the small monorepo, which says that it is 3.12.0."""
    (folder / "patches" / "all-headers").mkdir(parents=True)
    (folder / "patches" / "all-headers" / "patch.toml").write_text(text)
    reporter = SilentReporter()
    build = source_build(
        upstream.pin(), str(upstream.path), load(folder / "patches"), cache, offline=False, reporter=SilentReporter()
    )
    trial = try_patches(build, cache, before="3.11.1", offline=False, reporter=reporter)
    trial.warn(reporter)
    return trial, reporter


def test_patches_that_fit_let_the_lock_move(upstream: Upstream, cache: Cache, tmp_path: Path) -> None:
    trial, reporter = attempt(upstream, cache, tmp_path, PATCH)
    assert [(row.patch, row.state) for row in trial.rows] == [("all-headers", "fits")]
    assert trial.lost == ()
    assert reporter.warnings == []
    trial.require()


def test_a_patch_that_drifted_stops_the_lock_and_shows_the_code(
    upstream: Upstream, cache: Cache, tmp_path: Path
) -> None:
    core = upstream.path / "platform/core/index.js"
    upstream.write("platform/core/index.js", core.read_text().replace("return { Authorization }", "return headers"))
    upstream.commit(tag=TAG)
    trial, _ = attempt(upstream, cache, tmp_path, PATCH)
    with pytest.raises(PatchDrift, match=r"These patches do not match OHIF 3\.12\.0: all-headers") as failure:
        trial.require()
    assert "getAuthorizationHeader" in failure.value.details
    assert not (cache.root / "room").exists()


@pytest.mark.parametrize(
    ("there", "told"), [(True, "it would still fit, with a wider range"), (False, "its code is no longer there")]
)
def test_a_patch_that_stays_behind_is_told_of(
    upstream: Upstream, cache: Cache, tmp_path: Path, there: bool, told: str
) -> None:
    text = PATCH.replace(">=3.12.0 <3.13", ">=3.9 <3.12")
    trial, reporter = attempt(
        upstream, cache, tmp_path, text if there else text.replace("core/index.js", "core/gone.js")
    )
    assert trial.rows == ()
    assert reporter.warnings == [f"The patch all-headers is not for OHIF 3.12.0: {told}."]
    trial.require()


def test_a_patch_that_was_for_neither_release_is_no_news(upstream: Upstream, cache: Cache, tmp_path: Path) -> None:
    trial, reporter = attempt(upstream, cache, tmp_path, PATCH.replace(">=3.12.0 <3.13", ">=3.13"))
    assert (trial.rows, trial.lost, reporter.warnings) == ((), (), [])


def test_a_source_that_vanished_is_named(cache: Cache, upstream: Upstream, tmp_path: Path) -> None:
    pin, gone = replace(upstream.pin(), commit="0" * 40), str(tmp_path / "gone")
    build = source_build(pin, gone, (), cache, offline=False, reporter=SilentReporter())
    with pytest.raises(OriginUnavailable, match="gone"):
        try_patches(build, cache, before="", offline=False, reporter=SilentReporter())


def test_lock_upgrade_tries_the_patches_first_and_leaves_the_lock_alone(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OHIFBUILD_CACHE", str(tmp_path / "cache"))
    recipe, lock = tmp_path / "viewer.toml", tmp_path / "viewer.lock"
    recipe.write_text(f'from = "git"\nsource = "{upstream.path}"\nref = "{TAG}"\n')
    lock.write_text(LOCKED.text())
    shown = CliRunner().invoke(cli, ["lock", "--upgrade", "--recipe", str(recipe)])
    assert isinstance(shown.exception, PatchDrift)
    assert "drifted" in shown.output  # OHIF's own patches find nothing in the small monorepo
    assert read_lock(lock) == LOCKED
    assert not (tmp_path / "cache" / "room").exists()
