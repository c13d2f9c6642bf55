"""The reports say what was found, to programs and to people, and nothing of a token."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from ohifbuild.core.errors import InternalError
from ohifbuild.verification.claims import judge
from ohifbuild.verification.evidence import Evidence, Limit
from ohifbuild.verification.redact import Redactor
from ohifbuild.verification.report import terminal, write_reports
from ohifbuild.verification.report.waterfall import shortened

TOKEN = "tok-3f/9c+d8 A"


def redactor() -> Redactor:
    return Redactor({TOKEN: "study A"})


def broken(evidence: Evidence) -> Evidence:
    first = dataclasses.replace(evidence.observations[0], elsewhere=("CONNECT evil.example:443 \x00<b>",))
    observations = (first, *evidence.observations[1:])
    return dataclasses.replace(evidence, observations=observations, results=judge(observations, evidence.settings))


def written(evidence: Evidence, folder: Path) -> dict[str, str]:
    paths = write_reports(redactor().value(evidence), redactor(), folder)
    assert sorted(folder.iterdir()) == sorted(paths)
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


def test_no_report_holds_a_token(evidence: Evidence, tmp_path: Path) -> None:
    for text in written(evidence, tmp_path).values():
        assert "tok-3f" not in text
        assert "‹token: study A›" in text


def test_an_unredacted_finding_is_not_written(evidence: Evidence, tmp_path: Path) -> None:
    with pytest.raises(InternalError):
        write_reports(evidence, redactor(), tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_json_holds_every_claim_and_request(evidence: Evidence, tmp_path: Path) -> None:
    document = json.loads(written(evidence, tmp_path)["report.json"])
    assert document["ok"] is True
    assert len(document["claims"]) == len(evidence.results) == document["counts"]["claims"]
    assert len(document["scenarios"][0]["received"]) == 4
    assert document["environment"]["Release"] == "OHIF 3.12.0"


def test_junit_has_a_suite_per_scenario_and_a_failure_per_broken_claim(evidence: Evidence, tmp_path: Path) -> None:
    root = ElementTree.fromstring(written(broken(evidence), tmp_path)["junit.xml"])
    assert [suite.get("name") for suite in root] == ["open", "no-token"]
    failures = root.findall(".//failure")
    assert [failure.get("type") for failure in failures] == ["nothing-elsewhere"]
    assert "evil.example" in (failures[0].text or "")
    assert root.get("failures") == "1"


def test_the_html_report_is_self_contained_and_escaped(evidence: Evidence, tmp_path: Path) -> None:
    page = written(broken(evidence), tmp_path)["report.html"]
    assert not re.search(r"(?:src|href)=[\"'](?!data:|#)", page)
    assert "<script" not in page
    assert "url(" not in page
    assert "&lt;b&gt;" in page
    assert "Not verified" in page


def test_the_html_report_says_verified_only_if_every_claim_holds(evidence: Evidence, tmp_path: Path) -> None:
    page = written(evidence, tmp_path)["report.html"]
    assert "Verified: OHIF 3.12.0" in page
    assert "Not verified" not in page


def test_the_terminal_lists_each_claim_and_what_failed(evidence: Evidence) -> None:
    console = Console(width=100, record=True, file=None, quiet=False, force_terminal=False, stderr=True)
    with console.capture() as capture:
        console.print(terminal.render(broken(evidence)))
    text = capture.get()
    assert "✗ Nothing reaches another origin  in open" in text
    assert "CONNECT evil.example:443" in text
    assert "1 of" in text


def test_evidence_without_results_is_not_ok(evidence: Evidence) -> None:
    assert not dataclasses.replace(evidence, results=()).ok


def test_addresses_are_shortened() -> None:
    uid = "2.25.9874650319303374258253753952966313867"
    roots = ("/pacs", "/pacs/dicom-web")
    assert shortened(f"/pacs/dicom-web/studies/{uid}/series", roots) == "studies/…3867/series"
    searched = f"/pacs/dicom-web/studies?limit=101&offset=0&StudyInstanceUID={uid}&includefield=00081030"
    assert shortened(searched, roots) == "studies?StudyInstanceUID=…3867"


LIMITS = (
    Limit("token-unseen", "The token is in no document", "the console", judged=True),
    Limit("no-page-error", "No uncaught error in the page", "uncaught errors", judged=False),
)


def test_every_report_names_what_could_not_be_seen(evidence: Evidence, tmp_path: Path) -> None:
    limited = dataclasses.replace(evidence, limits=LIMITS)
    texts = written(limited, tmp_path)
    console = Console(record=True, width=200)
    console.print(terminal.render(limited))
    for text in (texts["report.html"], texts["junit.xml"], console.export_text()):
        assert "Checked in part: The token is in no document. Not seen: the console." in text
        assert "Not checked: No uncaught error in the page. Not seen: uncaught errors." in text
    assert [limit["judged"] for limit in json.loads(texts["report.json"])["limits"]] == [True, False]
    suites = ElementTree.fromstring(texts["junit.xml"]).findall("testsuite[@name='limits']")
    assert len(suites[0].findall("testcase/skipped")) == 2
