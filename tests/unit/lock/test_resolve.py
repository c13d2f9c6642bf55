from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import LockDiffers, UnknownRelease
from ohifbuild.core.resources import patches
from ohifbuild.dist.inject import Injected
from ohifbuild.lock.lock_file import LOCK_NAME, Lock, read_lock
from ohifbuild.lock.resolve import LockBook, lock_of, lock_path
from ohifbuild.patches.series import digest, load, select
from ohifbuild.releases.catalogue import catalogue, resolve
from ohifbuild.sources.base_viewer import BaseViewer

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
    LockBook(path).write(LOCKED, reporter)
    assert read_lock(path) == LOCKED
    assert reporter.lines == []
    assert [item.name for item in path.parent.iterdir()] == [LOCK_NAME]


def test_a_channel_stays_where_the_lock_has_it_until_it_is_upgraded(path: Path) -> None:
    LockBook(path).write(LOCKED, SilentReporter())
    recipe = Recipe.of({"version": "v3-stable"})
    pin = LockBook(path).pin(recipe)
    assert (pin.version, pin.npm_integrity, pin.commit) == ("3.11.1", "sha512-locked", "c" * 40)
    newest = catalogue().channels["v3-stable"]
    assert LockBook(path, upgrade=True).pin(recipe).version == newest


def test_another_wish_than_the_locked_one_is_resolved_anew(path: Path) -> None:
    LockBook(path).write(LOCKED, SilentReporter())
    assert LockBook(path).pin(Recipe.of({"version": "3.13.2"})).version == "3.13.2"
    with pytest.raises(UnknownRelease):
        LockBook(path).pin(Recipe.of({"version": "nonsense"}))


def held(path: Path, wish: dict[str, object], *, upgrade: bool = False, **release: str) -> Recipe:
    """What a recipe comes to under a lock of the channel with these facts."""
    LockBook(path).write(Lock({"release": {"wish": "v3-stable", "version": "3.12.0", **release}}), SilentReporter())
    return LockBook(path, upgrade=upgrade).held(Recipe.of(wish))


@pytest.mark.parametrize("origin", ["git", "published"])
def test_auto_means_the_origin_that_is_locked(path: Path, origin: str) -> None:
    assert held(path, {}, origin=origin).origin == origin
    assert held(path, {}, origin=origin, upgrade=True).origin == "auto"
    assert held(path, {"version": "3.11.1"}, origin=origin).origin == "auto"
    assert held(path, {"from": "git"}, origin=origin).origin == "git"


def test_what_only_source_can_give_is_not_held_to_a_published_lock(path: Path, tmp_path: Path) -> None:
    assert held(path, {"source": "/srv/Viewers"}, origin="published").origin == "auto"
    (tmp_path / "package.json").write_text('{"name": "@clinic/extension-x", "keywords": ["ohif-extension"]}')
    assert held(path, {"extensions": [tmp_path]}, origin="published").origin == "auto"


def test_a_branch_means_the_commit_that_is_locked_until_it_is_upgraded(path: Path) -> None:
    facts = {"origin": "git", "ref": "main", "commit": "c" * 40}
    assert held(path, {"ref": "main"}, **facts).ref == "c" * 40
    assert held(path, {"ref": "main"}, upgrade=True, **facts).ref == "main"
    assert held(path, {"ref": "other"}, **facts).ref == "other"


def test_a_branchs_commit_is_not_taken_for_the_releases(path: Path) -> None:
    held(path, {}, origin="git", ref="main", commit="c" * 40)
    assert LockBook(path).pin(Recipe.of({})).commit == resolve("3.12.0", catalogue()).commit


def test_a_source_build_locks_its_patches_and_its_tools(tmp_path: Path) -> None:
    base = BaseViewer(tmp_path, "k", resolve("3.12.0", catalogue()), "git", (("@clinic/x", "abc"),))
    sections = lock_of(Recipe.of({"ref": "main"}), base, Injected((), ())).sections
    assert (sections["release"]["ref"], sections["release"]["commit"]) == ("main", base.release.commit)
    assert sections["toolchain"]["package_manager"] == "yarn@1.22.22"
    assert sections["extensions"] == {"@clinic/x": "abc"}
    known = {patch.name: digest([patch])[:12] for patch in select(load(patches()), "3.12.0")}
    assert sections["patches"] == known
    assert known
    assert "patches" not in lock_of(Recipe.of({}), replace(base, origin="published"), Injected((), ())).sections


def test_a_strict_build_refuses_any_difference_and_leaves_the_lock_alone(path: Path) -> None:
    LockBook(path).write(LOCKED, SilentReporter())
    other = Lock({"release": {**LOCKED.sections["release"], "version": "3.12.0"}})
    with pytest.raises(LockDiffers) as caught:
        LockBook(path, strict=True).check(other)
    assert "locked '3.11.1', now '3.12.0'" in caught.value.details
    assert read_lock(path) == LOCKED
    LockBook(path, strict=True).check(LOCKED)


def test_a_strict_build_without_a_lock_is_refused(path: Path) -> None:
    with pytest.raises(LockDiffers):
        LockBook(path, strict=True).check(LOCKED)
    assert not path.exists()


def test_what_changes_is_said(path: Path) -> None:
    LockBook(path).write(LOCKED, SilentReporter())
    reporter = SilentReporter()
    LockBook(path).write(Lock({"release": {**LOCKED.sections["release"], "version": "3.12.0"}}), reporter)
    assert any("release.version: locked '3.11.1', now '3.12.0'" in line for line in reporter.lines)
    assert read_lock(path).sections["release"]["version"] == "3.12.0"
