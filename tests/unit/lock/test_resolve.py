from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from ohifbuild import __version__
from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ExtensionInvalid, LockDiffers, UnknownRelease
from ohifbuild.core.resources import extension_template, patches
from ohifbuild.lock import resolve as resolving
from ohifbuild.lock.lock_file import LOCK_NAME, Lock, lock_path, read_lock, require_same, write_lock
from ohifbuild.lock.resolve import Resolution, resolve
from ohifbuild.packages.dependencies import Dependency, Resolved
from ohifbuild.packages.package import Package, read_own_package, read_packages
from ohifbuild.packages.problems import PackageProblem
from ohifbuild.patches.series import digest, load, select
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources import choose
from ohifbuild.sources.checkout import Checkout
from ohifbuild.sources.git import SourceBuild
from ohifbuild.sources.package_sources import Provided, provide_packages
from ohifbuild.sources.published import PublishedViewer
from ohifbuild.tools.toolchain import NodeTools
from ohifbuild.viewer.compress import compressors
from ohifbuild.viewer.config_module import ConfigModule
from ohifbuild.viewer.extensions import BundledPackage, Bundles
from ohifbuild.viewer.minify import minifiers

TOOLS = NodeTools(Path("node"), Path("npm"), {}, "22.1.0", "system")
LOCKED = Lock({"release": {"wish": "v3-stable", "version": "3.11.1", "npm": "sha512-locked", "commit": "c" * 40}})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / LOCK_NAME


@dataclass
class Asked:
    """What the bundler was asked for."""

    packages: tuple[Package, ...] = ()
    places: list[tuple[Cache, bool, object]] = field(default_factory=list)


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """No esbuild, no Node and no remote: a unit test is offline."""
    asked = Asked()

    def bundle_all(packages: tuple[Package, ...], cache: Cache, *, offline: bool, reporter: object) -> Bundles:
        asked.packages = packages
        asked.places.append((cache, offline, reporter))
        return Bundles((), "", packages[1:])

    def bundle_config_module(path: Path, cache: Cache, *, offline: bool, reporter: object) -> ConfigModule:
        asked.places.append((cache, offline, reporter))
        return ConfigModule(f"module.{path.stem}.js", "")

    monkeypatch.setattr(resolving, "bundle_all", bundle_all)
    monkeypatch.setattr(resolving, "bundle_config_module", bundle_config_module)
    monkeypatch.setattr("ohifbuild.sources.git.node_tools", lambda *_, **__: TOOLS)
    monkeypatch.setattr(choose, "remote_answers", lambda _: False)
    return asked


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


def extension(root: Path, name: str, **keys: object) -> str:
    """Writes an extension package, and returns how a recipe names it."""
    (root / "src").mkdir(parents=True)
    (root / "src/index.js").write_text(f"export default {{ id: '{name}' }};\n")
    values = {"name": name, "version": "1.2.3", "keywords": ["ohif-extension"], "main": "src/index.js", **keys}
    (root / "package.json").write_text(json.dumps(values))
    return str(root)


@pytest.mark.parametrize(
    ("origin", "at_run_time"), [("published", ["@clinic/plain", "@clinic/own"]), ("git", ["@clinic/own"])]
)
def test_our_own_package_is_bundled_first_then_those_that_no_build_from_source_compiles_in(
    tmp_path: Path, asked: Asked, origin: str, at_run_time: list[str]
) -> None:
    extensions = [
        extension(tmp_path / "plain", "@clinic/plain"),
        extension(tmp_path / "own", "@clinic/own", ohifbuild={"extension": "./src/index.js"}),
    ]
    resolution = resolved(tmp_path / "cache", {"version": "3.12.0", "from": origin, "extensions": extensions})
    own, *others = asked.packages
    assert own == read_own_package(extension_template())
    assert [package.name for package in others] == at_run_time
    facts = resolution.lock.sections["extensions"]
    assert set(facts) == {"@clinic/plain", "@clinic/own"}
    for package in others:
        assert facts[package.name] == f"1.2.3 {package.digest[:12]}"


@pytest.mark.parametrize("offline", [True, False])
def test_the_bundler_has_the_cache_the_reporter_and_whether_it_may_ask_the_network(
    tmp_path: Path, asked: Asked, offline: bool
) -> None:
    (tmp_path / "names.js").write_text("export default {};\n")
    recipe = Recipe.of({"from": "published", "app_config_module": tmp_path / "names.js"})
    cache, reporter = Cache(tmp_path / "cache"), SilentReporter()
    resolution = resolve(recipe, cache=cache, offline=offline, reporter=reporter)
    assert asked.places == [(cache, offline, reporter)] * 2
    assert resolution.lock.sections["options"]["app_config_module"] == "module.names.js"


def test_the_network_may_be_asked_and_the_users_cache_is_used_unless_something_else_is_said(
    tmp_path: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OHIFBUILD_CACHE", str(tmp_path))
    resolve(Recipe.of({"from": "published"}))
    (cache, offline, _), *_ = asked.places
    assert (cache.root, offline) == (tmp_path, False)


def test_what_is_unusual_about_a_package_is_told(tmp_path: Path) -> None:
    scripts = {"preinstall": "true", "install": "true"}
    extensions = [
        extension(tmp_path / "a", "@clinic/a", scripts=scripts),
        extension(tmp_path / "b", "@clinic/b"),
    ]
    reporter = SilentReporter()
    recipe = Recipe.of({"from": "published", "extensions": extensions})
    resolve(recipe, cache=Cache(tmp_path / "cache"), offline=True, reporter=reporter)
    assert reporter.warnings == [
        "@clinic/a has the script preinstall, which never runs; it has the script install, which never runs."
    ]


def test_packages_that_could_not_be_had_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = PackageProblem("npm:absent@1.0.0", "it is not on the registry", "Correct the name.")
    monkeypatch.setattr(resolving, "provide_packages", lambda *_, **__: Provided({}, {}, (problem,)))
    with pytest.raises(ExtensionInvalid, match="npm:absent"):
        resolved(tmp_path, {"from": "published"})


def test_what_the_lock_has_of_packages_and_their_dependencies_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, Mapping[str, str]] = {}
    provide, chosen = provide_packages, choose.choose

    def providing(sources: Any, locked: Mapping[str, str], *rest: Any, **options: Any) -> Provided:
        kept["sources"] = locked
        return provide(sources, locked, *rest, **options)

    def choosing(*given: Any, locked_dependencies: Mapping[str, str], **options: Any) -> Any:
        kept["dependencies"] = locked_dependencies
        return chosen(*given, locked_dependencies=locked_dependencies, **options)

    monkeypatch.setattr(resolving, "provide_packages", providing)
    monkeypatch.setattr(resolving, "choose", choosing)
    sections = {"sources": {"npm:x@1.0.0": "sha512-x"}, "dependencies": {"x node_modules/y": "y@1.0.0 sha512-y"}}
    resolved(tmp_path, {"from": "published"}, Lock(sections))
    assert kept == sections
    resolved(tmp_path, {"from": "published"}, Lock({}))
    assert kept == {"sources": {}, "dependencies": {}}


def test_a_locked_commit_is_not_taken_for_what_the_catalogue_says_of_the_release(tmp_path: Path, beta: Path) -> None:
    locked = locked_with(origin="git", commit="c" * 40)
    release = resolved(tmp_path, {}, locked).release
    assert (release.version, release.commit, release.bundler) == ("3.9.0-beta.7", "c" * 40, "webpack")


def test_the_releases_own_commit_is_known_whichever_branch_the_lock_is_about(tmp_path: Path) -> None:
    commit = find_release("3.12.0", catalogue()).commit
    locked = Lock({"release": {"wish": "3.12.0", "version": "3.12.0", "origin": "git", "ref": "0", "commit": "c" * 40}})
    release = resolved(tmp_path, {"version": "3.12.0", "ref": commit}, locked).release  # without any checkout
    assert (release.version, release.commit, release.pinned) == ("3.12.0", commit, True)


PLACES_AND_CHECKS = (
    *("version", "origin", "output", "verify", "typecheck", "allow_missing", "extensions", "workspace", "claims"),
    *("source", "ref", "patches", "app_config_module"),
)


def test_no_place_of_the_machine_and_nothing_that_only_decides_a_check_is_among_the_options(tmp_path: Path) -> None:
    base = resolved(tmp_path, {"from": "published"}).base
    given = dict.fromkeys(PLACES_AND_CHECKS, "given")
    recipe = Recipe.of({"minify": False}).model_copy(update=given)
    options = Resolution(recipe, base, Bundles((), "")).options
    assert options.keys().isdisjoint(PLACES_AND_CHECKS)
    assert options["minify"] is False
    assert "modes" not in options  # not given


@pytest.mark.parametrize("origin", ["git", "published"])
def test_a_lock_names_what_decides_the_bytes_of_either_origin(tmp_path: Path, origin: str) -> None:
    sections = resolved(tmp_path, {"version": "3.12.0", "from": origin}, Lock({})).lock.sections
    pin, of_git = find_release("3.12.0", catalogue()), origin == "git"
    release, toolchain = dict(sections["release"]), dict(sections["toolchain"])
    assert release.pop("base")
    assert release == {
        **{"wish": "3.12.0", "version": "3.12.0", "tag": "v3.12.0", "origin": origin, "commit": pin.commit},
        **({} if of_git else {"npm": pin.npm_integrity}),
    }
    built_with = {"package_manager": pin.package_manager, "bundler": pin.bundler, "node": pin.node}
    assert toolchain == {"ohifbuild": __version__, **minifiers(), **compressors(), **(built_with if of_git else {})}
    assert ("patches" in sections) == of_git


@pytest.mark.parametrize(
    ("version", "facts", "pinned"),
    [
        ("3.12.0", {}, True),
        ("3.12.0", {"commit": str(find_release("3.12.0", catalogue()).commit)}, True),
        ("3.12.0", {"commit": "c" * 40}, False),
        ("3.9.0-beta.7", {}, False),
    ],
)
def test_a_locked_release_is_pinned_if_the_catalogue_has_it_and_its_commit(
    tmp_path: Path, version: str, facts: dict[str, str], pinned: bool
) -> None:
    locked = Lock({"release": {"wish": version, "version": version, "npm": "sha512-x", **facts}})
    assert resolved(tmp_path, {"version": version, "from": "published"}, locked).release.pinned is pinned


def test_options_are_texts_in_the_lock(tmp_path: Path) -> None:
    wish = {"from": "published", "minify": False, "token_header": "Authorization"}
    options = resolved(tmp_path, wish).lock.sections["options"]
    assert options["token_header"] == "Authorization"
    assert (options["minify"], options["media_streaming"], options["public_url"]) == ("false", "true", "/")
    assert options["token_roots"] == "[]"
    assert "modes" not in options


def test_a_lock_names_what_is_bundled_where_it_comes_from_and_what_it_needs(tmp_path: Path) -> None:
    (package,) = read_packages([Path(extension(tmp_path / "x", "@clinic/x"))])
    base = resolved(tmp_path / "cache", {"version": "3.12.0", "from": "published"}).base
    assert isinstance(base, PublishedViewer)
    needs = Resolved("key", (Dependency("@clinic/x", "node_modules/y", "y", "2.0.0", "sha512-y"),))
    bundled = BundledPackage(package, tmp_path, "0123456789ab", None, ())
    recipe = Recipe.of({"version": "3.12.0"})
    sections = Resolution(recipe, base, Bundles((bundled,), "")).lock.sections
    assert sections["extensions"] == {"@clinic/x": "1.2.3 0123456789ab"}
    assert {"sources", "dependencies", "patches"}.isdisjoint(sections)
    assert "app_config_module" not in sections["options"]
    assert "ref" not in sections["release"]
    more = Resolution(recipe, replace(base, dependencies=needs), Bundles((), ""), {"npm:x@1.2.3": "sha512-x"})
    sections = more.lock.sections
    assert sections["sources"] == {"npm:x@1.2.3": "sha512-x"}
    assert sections["dependencies"] == needs.facts()
    assert (sections["release"]["commit"], sections["release"]["base"]) == (base.release.commit, base.key)


def test_what_was_resolved_cannot_be_changed(tmp_path: Path) -> None:
    resolution = resolved(tmp_path, {"from": "published"})
    with pytest.raises(FrozenInstanceError):
        resolution.recipe = Recipe.of({})  # type: ignore[misc]
