"""The claims that packages make themselves, run by pytest: judged by how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.core.console import SilentReporter
from ohifbuild.verification.own_claims import UNCHANGED, OwnClaims, check_own_claims
from ohifbuild.viewer.manifest import Manifest, hash_tree

ALL = '''
import os
import pytest

def test_the_knee_is_shown(): ...

def test_with_a_docstring():
    """The panel lists findings.

    More about it.
    """
    assert 1 == 2

@pytest.fixture
def broken():
    raise ValueError("no archive")

def test_that_cannot_start(broken): ...

@pytest.mark.skip(reason="needs a scanner")
def test_a_scanner(): ...

def test_has_no_credentials():
    assert "OHIFBUILD_ARCHIVE_HEADER" not in os.environ
'''


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "index.html").write_text("viewer")
    Manifest(hash_tree(folder), {}).write(folder)
    return folder


def checked(dist: Path, text: str, name: str = "test_claims.py", longest: float = 600) -> OwnClaims:
    package = dist.parent / "ward"
    (package / "tests").mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"name": "@clinic/ward"}))
    (package / "tests" / name).write_text(text)
    return check_own_claims([package / "tests" / name], dist, SilentReporter(), longest=longest)


def test_each_test_is_a_claim_of_its_package(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OHIFBUILD_ARCHIVE_HEADER", "Authorization: Basic secret")
    found = checked(dist, ALL)
    holds = {result.title: result.holds for result in found.results}
    assert holds == {
        "The knee is shown": True,
        "The panel lists findings": False,
        "That cannot start": False,
        "Has no credentials": True,
        UNCHANGED: True,
    }
    details = {result.title: result.detail for result in found.results}
    assert details["The panel lists findings"] == "assert 1 == 2"
    assert details["That cannot start"] == "ValueError: no archive"
    assert {result.scenario for result in found.results[:-1]} == {"claims of the package @clinic/ward"}
    assert [limit.line for limit in found.skipped] == ["Not checked: A scanner. Not seen: needs a scanner."]
    assert list((dist.parent / "ward").rglob("*cache*")) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [("def test_x(:", "SyntaxError"), ("import nothing_of_this_name", "nothing_of_this_name"), ("X = 1", "No test")],
)
def test_a_file_that_cannot_be_read_or_states_nothing_is_a_failed_claim(dist: Path, text: str, words: str) -> None:
    first = checked(dist, text).results[0]
    assert not first.holds
    assert words in "\n".join((first.detail, *first.evidence))


def test_a_claim_that_ends_the_process_is_not_taken_for_one_that_holds(dist: Path) -> None:
    found = checked(dist, "import os\ndef test_x(): os._exit(0)\n")
    assert [result.holds for result in found.results] == [False, True]


def test_a_claim_that_changes_the_viewer_is_found(dist: Path) -> None:
    found = checked(dist, f"def test_x():\n    open({str(dist / 'index.html')!r}, 'w').write('other')\n")
    assert {result.title: result.holds for result in found.results} == {"X": True, UNCHANGED: False}
    assert found.results[-1].evidence == ("index.html",)


def test_a_test_that_never_ends_is_a_claim_that_does_not_hold(dist: Path) -> None:
    found = checked(dist, "def test_x():\n    while True: ...\n", longest=2)
    assert [(each.title, each.holds, each.detail) for each in found.results] == [
        ("test_claims.py states claims", False, "The tests were ended after 2 seconds."),
        (UNCHANGED, True, "Every file is as it was built."),
    ]
