from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import NotInCache
from ohifbuild.lock.lock_file import Lock
from ohifbuild.lock.resolve import resolve
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources import choose
from ohifbuild.sources.checkout import KIND, SPARSE


def attempt(recipe: Recipe, cache: Cache, *, offline: bool = False) -> tuple[str, list[str]]:
    """What an origin says that it lacks, and what the user was told before."""
    reporter = SilentReporter()
    pin = find_release(recipe.version, catalogue())
    with pytest.raises(NotInCache) as refusal:
        base = choose.choose(recipe, pin, (), cache, offline=offline, reporter=reporter)
        base.provide(cache, offline=offline, reporter=reporter)
    return refusal.value.what, reporter.lines


def test_auto_falls_back_to_the_published_release_with_one_plain_line(tmp_path: Path) -> None:
    what, lines = attempt(Recipe.of({}), Cache(tmp_path), offline=True)
    assert "@ohif/app@3.12.0" in what
    assert lines == [f"{catalogue().source} does not answer: taking the published release instead."]


def test_auto_asks_no_remote_for_a_source_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "remote_answers", lambda source: pytest.fail("the remote was asked"))
    commit = find_release("3.12.0", catalogue()).commit
    Cache(tmp_path).entry(KIND, digest_of(commit, SPARSE), lambda work: (work / "tree").mkdir())
    recipe, reporter = Recipe.of({"version": "3.12.0"}), SilentReporter()
    pin = find_release(recipe.version, catalogue())
    base = choose.choose(recipe, pin, (), Cache(tmp_path), offline=True, reporter=reporter)
    assert base.origin == "git"
    assert reporter.lines == []


@pytest.mark.parametrize("wish", [{"from": "git"}, {"ref": "0" * 40}, {"source": "/srv/Viewers"}])
def test_what_only_source_can_give_is_taken_from_git(wish: dict[str, str], tmp_path: Path) -> None:
    what, _ = attempt(Recipe.of(wish), Cache(tmp_path), offline=True)
    assert "OHIF's source" in what


@pytest.mark.parametrize(("origin", "lacks"), [("git", "OHIF's source at v3.12.0"), ("published", "@ohif/app@3.12.0")])
def test_a_build_takes_the_origin_that_is_locked_whether_its_remote_answers_or_not(
    origin: str, lacks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "remote_answers", lambda source: pytest.fail("the remote was asked"))
    monkeypatch.setattr("ohifbuild.lock.resolve.bundle_all", lambda *_, **__: None)
    locked = Lock({"release": {"wish": "v3-stable", "version": "3.12.0", "origin": origin}})
    cache, reporter = Cache(tmp_path), SilentReporter()
    base = resolve(Recipe.of({}), locked=locked, cache=cache, offline=True, reporter=reporter).base
    with pytest.raises(NotInCache) as refusal:
        base.provide(cache, offline=True, reporter=reporter)
    assert lacks in refusal.value.what
