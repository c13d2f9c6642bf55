from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import LockDiffers, UnknownRelease
from ohifbuild.core.resources import patches
from ohifbuild.lock import resolve as resolving
from ohifbuild.lock.lock_file import LOCK_NAME, Lock, lock_path, read_lock, require_same, write_lock
from ohifbuild.lock.resolve import Resolution, resolve
from ohifbuild.patches.series import digest, load, select
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources import choose
from ohifbuild.sources.checkout import Checkout
from ohifbuild.sources.git import SourceBuild
from ohifbuild.sources.published import PublishedViewer
from ohifbuild.tools.toolchain import NodeTools
from ohifbuild.viewer.extensions import Bundles

TOOLS = NodeTools(Path("node"), Path("npm"), {}, "22.1.0", "system")
LOCKED = Lock({"release": {"wish": "v3-stable", "version": "3.11.1", "npm": "sha512-locked", "commit": "c" * 40}})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / LOCK_NAME


@pytest.fixture(autouse=True)
def nothing_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """No esbuild, no Node and no remote: a unit test is offline."""
    monkeypatch.setattr(resolving, "bundle_all", lambda *_, **__: Bundles((), ""))
    monkeypatch.setattr("ohifbuild.sources.git.node_tools", lambda *_, **__: TOOLS)
    monkeypatch.setattr(choose, "remote_answers", lambda _: False)


def resolved(cache: Path, wish: dict[str, object], locked: Lock = LOCKED) -> Resolution:
    return resolve(Recipe.of(wish), locked=locked, cache=Cache(cache), offline=True)


def locked_with(**release: str) -> Lock:
    """A lock of the channel with these facts."""
    return Lock({"release": {"wish": "v3-stable", "version": "3.12.0", **release}})


def test_the_lock_of_a_recipe_is_beside_it() -> None:
    assert lock_path(Path("ward/viewer.toml")) == Path("ward/viewer.lock")
    assert lock_path(Path("ward/ohifbuild.toml")) == Path("ward") / LOCK_NAME
    assert lock_path(None) == Path(LOCK_NAME)


def test_the_first_lock_is_written_and_reports_no_changes(path: Path) -> None:
    assert write_lock(path, LOCKED) == ()
    assert read_lock(path) == LOCKED
    assert [item.name for item in path.parent.iterdir()] == [LOCK_NAME]


def test_a_channel_stays_where_the_lock_has_it(tmp_path: Path) -> None:
    pin = resolved(tmp_path, {}).release
    assert (pin.version, pin.npm_integrity, pin.commit) == ("3.11.1", "sha512-locked", "c" * 40)


def test_without_a_lock_a_channel_is_at_its_newest_release(tmp_path: Path) -> None:
    assert resolved(tmp_path, {}, Lock({})).release.version == catalogue().channels["v3-stable"]


def test_a_lock_about_another_version_is_not_heeded(tmp_path: Path) -> None:
    assert resolved(tmp_path, {"version": "3.13.2", "from": "published"}).release.version == "3.13.2"
    with pytest.raises(UnknownRelease):
        resolved(tmp_path, {"version": "nonsense"})


@pytest.mark.parametrize("origin", ["git", "published"])
def test_auto_means_the_origin_that_is_locked(tmp_path: Path, origin: str) -> None:
    locked = locked_with(origin=origin)
    assert resolved(tmp_path, {}, locked).base.origin == origin
    assert resolved(tmp_path, {"version": "3.11.1"}, locked).base.origin == "published"
    assert resolved(tmp_path, {"from": "git"}, locked).base.origin == "git"


def test_what_only_source_can_give_is_not_held_to_a_published_lock(tmp_path: Path) -> None:
    locked = locked_with(origin="published")
    assert resolved(tmp_path, {"source": "/srv/Viewers"}, locked).base.origin == "git"


@pytest.fixture
def beta(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The source of every commit: a beta of 3.9 with yarn and webpack."""
    tree = tmp_path / "tree"
    (tree / "platform/core").mkdir(parents=True)
    (tree / "platform/core/package.json").write_text('{"version": "3.9.0-beta.7"}')
    (tree / "yarn.lock").touch()
    monkeypatch.setattr("ohifbuild.sources.git.checkout", lambda _, __, commit, *___, **____: Checkout(tree, commit))
    return tree


def test_a_commit_of_another_version_is_locked_as_what_it_is(tmp_path: Path, beta: Path) -> None:
    wish: dict[str, object] = {"version": "3.13.2", "ref": "d" * 40}
    resolution = resolved(tmp_path, wish, Lock({}))
    release, toolchain = resolution.lock.sections["release"], resolution.lock.sections["toolchain"]
    assert (release["wish"], release["version"], release["tag"]) == ("3.13.2", "3.9.0-beta.7", "v3.9.0-beta.7")
    assert (toolchain["package_manager"], toolchain["bundler"]) == ("yarn@1.22.22", "webpack")
    assert set(resolution.lock.sections["patches"]) == {patch.name for patch in select(load(patches()), "3.9.0-beta.7")}
    assert resolved(tmp_path, wish, resolution.lock).lock == resolution.lock


def test_a_locked_commit_that_the_catalogue_does_not_pin_gets_the_same_tools_again(tmp_path: Path, beta: Path) -> None:
    wish: dict[str, object] = {"version": "3.9.0-beta.7", "ref": "d" * 40}
    first = resolved(tmp_path, wish, Lock({}))
    facts = {name: value for name, value in first.lock.sections["release"].items() if name != "ref"}
    again = resolved(tmp_path, {"version": "3.9.0-beta.7", "from": "git"}, Lock({"release": facts}))
    assert again.base.key == first.base.key


def test_a_branch_means_the_commit_that_is_locked(tmp_path: Path, beta: Path) -> None:
    locked = locked_with(origin="git", ref="main", commit="c" * 40)
    resolution = resolved(tmp_path, {"ref": "main"}, locked)
    assert resolution.release.commit == "c" * 40
    assert resolution.lock.sections["release"]["ref"] == "main"


def test_a_branchs_commit_is_not_taken_for_the_releases(tmp_path: Path) -> None:
    locked = locked_with(origin="git", ref="main", commit="c" * 40)
    assert resolved(tmp_path, {}, locked).release.commit == find_release("3.12.0", catalogue()).commit


def test_a_source_build_locks_its_patches_and_its_tools(tmp_path: Path) -> None:
    resolution = resolved(tmp_path, {"version": "3.12.0", "from": "git"})
    assert isinstance(resolution.base, SourceBuild)
    sections = resolution.lock.sections
    assert sections["toolchain"]["package_manager"] == "bun@1.2.23"
    known = {patch.name: digest([patch])[:12] for patch in select(load(patches()), "3.12.0")}
    assert sections["patches"] == known
    assert known


def test_a_published_viewer_locks_its_integrity_and_no_patches(tmp_path: Path) -> None:
    resolution = resolved(tmp_path, {"from": "published"})
    assert isinstance(resolution.base, PublishedViewer)
    assert resolution.lock.sections["release"]["npm"] == "sha512-locked"
    assert "patches" not in resolution.lock.sections


def test_two_resolutions_of_one_recipe_have_the_same_lock(tmp_path: Path) -> None:
    first = resolved(tmp_path, {"from": "published"}).lock
    assert resolved(tmp_path, {"from": "published"}, first).lock == first


def test_a_resolution_that_differs_from_the_lock_is_refused_with_each_difference(tmp_path: Path, path: Path) -> None:
    first = resolved(tmp_path, {"from": "published"}).lock
    other = resolved(tmp_path, {"from": "published", "public_url": "/ohif/", "priors": "exact"}).lock
    require_same(first, first, path)
    with pytest.raises(LockDiffers) as caught:
        require_same(first, other, path)
    assert "options.public_url: locked '/', now '/ohif/'" in caught.value.details
    assert "options.priors: locked 'never', now 'exact'" in caught.value.details


def test_without_a_lock_everything_differs(path: Path) -> None:
    with pytest.raises(LockDiffers):
        require_same(Lock({}), LOCKED, path)


def test_what_changes_in_a_lock_file_is_returned(path: Path) -> None:
    write_lock(path, LOCKED)
    changed = Lock({"release": {**LOCKED.sections["release"], "version": "3.12.0"}})
    assert write_lock(path, changed) == ("release.version: locked '3.11.1', now '3.12.0'",)
    assert read_lock(path) == changed
    assert write_lock(path, changed) == ()


def test_resolving_reports_nothing_to_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    resolve(Recipe.of({"from": "published"}), cache=Cache(tmp_path), reporter=SilentReporter())
    assert capsys.readouterr() == ("", "")
