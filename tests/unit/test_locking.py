from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.console import SilentReporter
from ohifbuild.errors import LockDiffers, UnknownRelease
from ohifbuild.lock import LOCK_NAME, Lock, read_lock
from ohifbuild.locking import LockBook, lock_path
from ohifbuild.recipe import Recipe
from ohifbuild.releases import catalogue, resolve

PIN = resolve("3.11.1", catalogue())
LOCKED = Lock({"release": {"wish": "v3-stable", "version": "3.11.1", "npm": "sha512-locked", "commit": "c" * 40}})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / LOCK_NAME


def test_the_lock_of_a_recipe_is_beside_it() -> None:
    assert lock_path(Path("ward/viewer.toml")) == Path("ward/viewer.lock")
    assert lock_path(Path("ward/ohifbuild.toml")) == Path("ward") / LOCK_NAME
    assert lock_path(None) == Path(LOCK_NAME)


def test_the_first_build_writes_the_lock_and_says_nothing_of_changes(path: Path) -> None:
    reporter = SilentReporter()
    LockBook(path).enter(LOCKED, reporter)
    assert read_lock(path) == LOCKED
    assert reporter.lines == []
    assert [item.name for item in path.parent.iterdir()] == [LOCK_NAME]


def test_a_channel_stays_where_the_lock_has_it_until_it_is_upgraded(path: Path) -> None:
    LockBook(path).enter(LOCKED, SilentReporter())
    recipe = Recipe.of({"version": "v3-stable"})
    pin = LockBook(path).pin(recipe)
    assert (pin.version, pin.npm_integrity, pin.commit) == ("3.11.1", "sha512-locked", "c" * 40)
    newest = catalogue().channels["v3-stable"]
    assert LockBook(path, upgrade=True).pin(recipe).version == newest


def test_another_wish_than_the_locked_one_is_resolved_anew(path: Path) -> None:
    LockBook(path).enter(LOCKED, SilentReporter())
    assert LockBook(path).pin(Recipe.of({"version": "3.13.2"})).version == "3.13.2"
    with pytest.raises(UnknownRelease):
        LockBook(path).pin(Recipe.of({"version": "nonsense"}))


def test_a_strict_build_refuses_any_difference_and_leaves_the_lock_alone(path: Path) -> None:
    LockBook(path).enter(LOCKED, SilentReporter())
    other = Lock({"release": {**LOCKED.sections["release"], "version": "3.12.0"}})
    with pytest.raises(LockDiffers) as caught:
        LockBook(path, strict=True).enter(other, SilentReporter())
    assert "locked '3.11.1', now '3.12.0'" in caught.value.details
    assert read_lock(path) == LOCKED
    LockBook(path, strict=True).enter(LOCKED, SilentReporter())


def test_a_strict_build_without_a_lock_is_refused(path: Path) -> None:
    with pytest.raises(LockDiffers):
        LockBook(path, strict=True).enter(LOCKED, SilentReporter())
    assert not path.exists()


def test_what_changes_is_said(path: Path) -> None:
    LockBook(path).enter(LOCKED, SilentReporter())
    reporter = SilentReporter()
    LockBook(path).enter(Lock({"release": {**LOCKED.sections["release"], "version": "3.12.0"}}), reporter)
    assert any("release.version: locked '3.11.1', now '3.12.0'" in line for line in reporter.lines)
    assert read_lock(path).sections["release"]["version"] == "3.12.0"
