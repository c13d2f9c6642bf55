"""Which patches a release gets that a lock is to move to, and what is said about those that it does not get."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import PatchDrift
from ohifbuild.lock.upgrade import PatchTrial, try_patches
from ohifbuild.patches.rules import Change, Condition, DriftRow, Patch, State, Upstream
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.releases.ranges import parse_range
from ohifbuild.sources.checkout import Checkout
from ohifbuild.sources.git import SourceBuild
from ohifbuild.tools.toolchain import NodeTools

CHANGE = Change(
    1, ("a.js",), None, {"rule": {"pattern": "old()"}}, 1, "made()", (Condition({"rule": {"pattern": "made()"}}, 1),)
)


def patch(name: str, releases: str, *upstream: Upstream, change: Change = CHANGE) -> Patch:
    return Patch(name, "a reason", (), parse_range(releases), (change,), Path(name), upstream)


STAYS = patch("stays", ">=3.9")
LEFT = patch("left", "<3.12", Upstream("https://ohif.example/1", "merged", "the same", parse_range(">=3.12")))
GONE = patch("gone", "<3.12", change=replace(CHANGE, files=("gone.js",)))
OTHER = patch("other", "<3.10")


def row(name: str, state: State) -> DriftRow:
    return DriftRow("3.12.0", name, 1, state, ("a.js",), 1, 1, "a.js:1: old()")


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PatchTrial:
    """A lock at 3.11.1 is to move to 3.12.0; only one file is in the source."""
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a.js").write_text("old();\n")
    monkeypatch.setattr("ohifbuild.sources.git.checkout", lambda *_, **__: Checkout(tree, "c" * 40))
    candidates = (STAYS, LEFT, GONE, OTHER)
    tools = NodeTools(Path("node"), Path("npm"), {}, "22.1.0", "system")
    build = SourceBuild(find_release("3.12.0", catalogue()), "remote", "", (STAYS,), (), tools, candidates=candidates)
    return try_patches(build, Cache(tmp_path), before="3.11.1", offline=True, reporter=SilentReporter())


def test_patches_that_were_for_the_release_before_are_tried_as_if_they_were_for_this_one(trial: PatchTrial) -> None:
    assert trial.version == "3.12.0"
    assert [(found.patch, found.state) for found in trial.rows] == [("stays", "fits")]
    assert [(found.patch, found.state) for found in trial.lost] == [("left", "fits"), ("gone", "drifted")]


def test_it_is_told_why_a_patch_stays_behind_and_what_ohif_does_itself(trial: PatchTrial) -> None:
    reporter = SilentReporter()
    trial.warn(reporter)
    assert reporter.warnings == [
        "The patch left is not for OHIF 3.12.0: it would still fit, with a wider range.",
        "The patch gone is not for OHIF 3.12.0: its code is no longer there.",
    ]
    assert reporter.lines == ["  OHIF does this itself (in >=3.12): the same. https://ohif.example/1"]


def test_a_patch_of_several_changes_is_named_once() -> None:
    reporter = SilentReporter()
    PatchTrial(
        "3.12.0", (), (row("b", "fits"), row("b", "drifted"), row("a", "fits"), row("c", "drifted"), row("b", "fits"))
    ).warn(reporter)
    assert reporter.warnings == [
        "The patch b is not for OHIF 3.12.0: its code is no longer there.",
        "The patch a is not for OHIF 3.12.0: it would still fit, with a wider range.",
        "The patch c is not for OHIF 3.12.0: its code is no longer there.",
    ]
    assert reporter.lines == []


def test_only_a_patch_of_the_release_that_does_not_fit_stops_the_upgrade() -> None:
    PatchTrial("3.12.0", (row("x", "fits"), row("y", "already")), (row("z", "drifted"),)).require()
    with pytest.raises(PatchDrift, match=r"3\.12\.0") as caught:
        PatchTrial("3.12.0", (row("x", "fits"), row("y", "drifted")), ()).require()
    assert "y" in str(caught.value)
    assert "x" not in str(caught.value).split(":")[-1]


def test_the_result_of_a_trial_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        PatchTrial("3.12.0", (), ()).rows = ()  # type: ignore[misc]
