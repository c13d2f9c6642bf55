"""The command itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ohifbuild.commands.doctor import command
from ohifbuild.contract.settings import Settings
from ohifbuild.core.errors import FaultsFound, LinkInvalid
from ohifbuild.doctor.checks import CHECKS
from system import browser_installed

TOKEN = "the-token-of-this-link"


def run(*arguments: str, text: str = "") -> Any:
    return CliRunner().invoke(command, arguments, input=text)


def test_a_healthy_deployment_exits_with_zero_and_the_link_can_come_from_standard_input(
    maker: Any, archive: Any
) -> None:
    with archive(Settings()) as origin, maker.served(maker.deployment(origin)) as link:
        shown, document = run(link), run("--json", "-", text=link + "\n")
    assert shown.exception is None
    assert "It gives access to the link's study." in shown.stdout
    found = json.loads(document.stdout)
    assert (found["ok"], found["cause"], len(found["findings"])) == (True, None, len(CHECKS))
    assert TOKEN not in shown.output + document.output


def test_a_broken_deployment_fails_with_its_cause_and_without_its_token(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        made.spoil("location /dicom-web/ {", "location /other/ {")
        with maker.served(made) as link:
            shown, document = run(link), run("--json", link)
    for result in (shown, document):
        assert isinstance(result.exception, FaultsFound)
        assert "the first cause: Archive" in result.exception.what
    assert json.loads(document.stdout)["cause"] == "archive"
    assert "1. Archive: " in shown.stdout
    assert TOKEN not in shown.output + document.output


def test_the_portal_that_shows_the_viewer_can_be_named(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin, maker.served(maker.deployment(origin)) as link:
        shown = run("--embedded-in", "https://portal.example", link)
    said = " ".join(shown.stdout.split())
    assert "The policy forbids frames of https://portal.example: frame-ancestors 'self'." in said


@pytest.mark.parametrize("portal", ["portal.example", "https://[", "https://portal.example:99999", "https://a b"])
def test_a_portal_that_is_no_origin_is_refused_at_once(portal: str) -> None:
    assert "expected an origin" in run("--embedded-in", portal, "https://viewer.example/viewer").output


def test_an_invalid_link_is_an_error() -> None:
    assert isinstance(run("dist").exception, LinkInvalid)


def test_without_a_link_this_machine_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser_installed()
    monkeypatch.chdir(tmp_path)
    result = run("--json")
    found = {finding["check"]: finding["state"] for finding in json.loads(result.stdout)["findings"]}
    assert set(found) == {
        *("python", "node", "git", "browser", "orthanc", "cache", "output", "memory", "npm", "pypi", "remote"),
    }
    assert (found["python"], found["browser"], found["npm"], found["pypi"]) == ("right", "right", "right", "right")
