from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner

from ohifbuild.commands import releases
from ohifbuild.releases.catalogue import catalogue
from ohifbuild.updates import candidates
from ohifbuild.updates.candidates import Candidate


@pytest.fixture(autouse=True)
def nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "find_candidates", lambda *_: pytest.fail("somebody was asked"))


def test_the_age_of_the_stable_channel_is_said_and_nobody_is_asked() -> None:
    shown = CliRunner().invoke(releases.command, ["--json"], catch_exceptions=False)
    stable = json.loads(shown.stdout)["v3-stable"]
    pin = catalogue().releases[catalogue().channels["v3-stable"]]
    assert (stable["version"], stable["released"]) == (pin.version, str(pin.released))
    assert stable["days"] > 0
    assert "3.13.2" in stable["newer"]


def test_an_age_is_one_line() -> None:
    stable = {"version": "3.12.0", "released": "2026-02-06", "days": 1, "newer": ["3.12.10"]}
    assert (
        releases._age(stable) == "v3-stable is OHIF 3.12.0 of 2026-02-06, 1 day old; newer in the catalogue: 3.12.10."
    )
    assert releases._age({**stable, "released": None, "days": None, "newer": []}) == "v3-stable is OHIF 3.12.0."
    assert releases._stable(catalogue(), date(2026, 2, 8))["days"] == 2


def test_newer_releases_are_asked_for_only_with_the_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (Candidate("3.13.2", "a" * 40, published=True), Candidate("3.14.0", "a" * 40, published=True))
    monkeypatch.setattr(candidates, "find_candidates", lambda *_: found)
    shown = CliRunner().invoke(releases.command, ["--newer", "--json"], catch_exceptions=False)
    assert json.loads(shown.stdout)["newer"] == ["3.14.0"]


def test_an_answer_without_a_newer_release_says_no_more_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "find_candidates", lambda *_: ())
    shown = CliRunner().invoke(releases.command, ["--newer"], catch_exceptions=False)
    assert "No newer release was found." in shown.output


@pytest.mark.parametrize(
    "flags", [["--no-verify"], ["--only", "3.13.2"], ["--source", "/srv/x"], ["--newer", "--verify"]]
)
def test_a_flag_without_the_one_that_it_belongs_to_is_refused(flags: list[str]) -> None:
    assert CliRunner().invoke(releases.command, flags).exit_code == 2
