"""An update of the catalogue, with trials whose builds are stood in for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ClaimsFailed, DiskFull, OhifbuildError
from ohifbuild.lock.resolve import Resolution
from ohifbuild.releases.catalogue import catalogue, parse_catalogue
from ohifbuild.sources.checkout import Checkout
from ohifbuild.tools.npm import Package
from ohifbuild.updates import candidates, trial
from ohifbuild.updates.update import Update, update

TEXT = files("ohifbuild.releases").joinpath("releases.toml").read_text(encoding="utf-8")
SUPPORT = "| release | origins |\n|---|---|\n| 3.13.2 | published |\n| 3.14.0-beta.6 | published |\n\nMore.\n"
INTEGRITY = f"sha512-{'B' * 86}=="
NEW = ("3.13.3", "3.15.0-beta.1")

Run = Callable[..., Update]


@pytest.fixture
def files_of(tmp_path: Path) -> tuple[Path, Path]:
    paths = (tmp_path / "releases.toml", tmp_path / "SUPPORT.md")
    for path, text in zip(paths, (TEXT, SUPPORT), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


@pytest.fixture
def run(tmp_path: Path, files_of: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs an update to ``NEW``; ``faults`` are what building from an origin raises."""
    tree = tmp_path / "tree"
    (tree / "platform/app").mkdir(parents=True)
    (tree / "platform/app/package.json").write_text('{"scripts": {"build": "rsbuild build"}}')
    (tree / "pnpm-lock.yaml").touch()
    refs = {f"refs/tags/v{version}": "a" * 40 for version in NEW}
    monkeypatch.setattr(candidates, "refs_of", lambda _: refs)
    monkeypatch.setattr(candidates, "published_versions", lambda *_: NEW)
    monkeypatch.setattr(trial, "date_of_tag", lambda *_: date(2026, 10, 1))
    monkeypatch.setattr(trial, "published_package", lambda name, version, *_: Package(name, version, INTEGRITY, 7))
    monkeypatch.setattr(trial, "checkout", lambda _, __, commit, *___, **____: Checkout(tree, commit))
    monkeypatch.setattr(trial, "_base", lambda origin, *_: origin)
    monkeypatch.setattr(trial, "bundle_all", lambda *_, **__: None)

    def started(verify: bool = True, **faults: OhifbuildError) -> Update:
        def build(resolution: Resolution, **_: object) -> None:
            fault = faults.get(str(resolution.base))
            if fault:
                raise fault

        monkeypatch.setattr(trial, "build", build)
        return update(*files_of, None, Cache(tmp_path / "cache"), SilentReporter(), verify=verify)

    return started


def test_what_holds_on_both_origins_becomes_the_stable_channel(run: Run, files_of: tuple[Path, Path]) -> None:
    done = run()
    known = parse_catalogue(files_of[0].read_text())
    assert done.after == dict(known.channels)
    assert done.after == {"v3-stable": "3.13.3", "v3-latest": "3.13.3", "v3-beta": "3.15.0-beta.1"}
    pin = known.releases["3.13.3"]
    assert (pin.commit, pin.npm_integrity, pin.npm_size, pin.released) == ("a" * 40, INTEGRITY, 7, date(2026, 10, 1))
    assert (pin.bundler, pin.package_manager, pin.verified) == ("rsbuild", "pnpm@11", ("git", "published"))
    assert "| 3.13.3 | git, published |" in files_of[1].read_text()
    assert done.written == files_of


def test_what_holds_on_one_origin_is_pinned_and_the_stable_channel_stays(run: Run, files_of: tuple[Path, Path]) -> None:
    done = run(git=ClaimsFailed("3 of 360 checks fail.", details="  query-token: It is in the address."))
    assert done.after["v3-stable"] == catalogue().channels["v3-stable"]
    assert done.after["v3-latest"] == "3.13.3"
    assert done.trials[0].failures == {"git": "ClaimsFailed: 3 of 360 checks fail. query-token: It is in the address."}
    assert parse_catalogue(files_of[0].read_text()).releases["3.13.3"].verified == ("published",)


def test_a_failure_that_is_not_the_releases_ends_the_update_and_nothing_is_written(
    run: Run, files_of: tuple[Path, Path]
) -> None:
    with pytest.raises(DiskFull):
        run(published=DiskFull("No space is left."))
    assert [path.read_text() for path in files_of] == [TEXT, SUPPORT]
    assert sorted(path.name for path in files_of[0].parent.iterdir()) == ["SUPPORT.md", "releases.toml", "tree"]


def test_a_file_that_cannot_be_written_leaves_the_other_as_it_was(
    run: Run, files_of: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Path.write_text

    def full(path: Path, *arguments: object, **options: object) -> int:
        if path.name.startswith(".SUPPORT"):
            raise OSError(28, "No space left on device")
        return original(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(DiskFull):
        run(verify=False)
    assert [path.read_text() for path in files_of] == [TEXT, SUPPORT]


def test_only_pinning_verifies_nothing_and_moves_no_channel(run: Run, files_of: tuple[Path, Path]) -> None:
    done = run(verify=False, git=ClaimsFailed("never"), published=ClaimsFailed("never"))
    assert done.after == dict(catalogue().channels)
    assert parse_catalogue(files_of[0].read_text()).releases["3.13.3"].verified == ()


def test_patches_that_are_not_for_the_release_are_named_with_what_ohif_does(run: Run) -> None:
    assert any("pull/5816" in line for line in run(verify=False).trials[0].upstream["authenticated-rendered"])
