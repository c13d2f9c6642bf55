"""The runs of the support matrix: one of each kind, with what its browser did not show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from site_pages.runs import Run, record, recorded, run_of


def report(tmp_path: Path, browser: str, limits: list[dict[str, Any]]) -> Path:
    environment = {
        "Release": "OHIF 3.12.0",
        "Origin": "published",
        "Archive": "embedded, 9 studies",
        "Browser": browser,
        "Machine": "Linux",
        "ohifbuild": "0.1.0",
        "Date": "2026-01-02 03:04 UTC",
        "Dist": "sha256:1, 2 files",
    }
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"environment": environment, "claims": [{"holds": True}], "limits": limits}))
    return path


def test_a_run_names_the_claims_that_its_browser_did_not_show(tmp_path: Path) -> None:
    limits = [{"claim": "no-page-error", "judged": False}, {"claim": "token-unseen", "judged": True}]
    found = run_of(report(tmp_path, "WebKitGTK 2.50.6, on a virtual screen", limits))
    assert found.unseen == "not checked: no-page-error; in part: token-unseen"
    assert run_of(report(tmp_path, "Chromium 156", [])).unseen == ""


def test_runs_in_different_browsers_stand_beside_each_other(tmp_path: Path) -> None:
    runs: list[Run] = [run_of(report(tmp_path, name, [])) for name in ("Chromium 156", "Firefox 153", "Firefox 154")]
    text = record(runs[1:], runs[:1])
    assert [name in text for name in ("Chromium 156", "Firefox 153", "Firefox 154")] == [True, False, True]


def test_the_matrix_has_runs_in_each_kind_of_browser() -> None:
    assert {run.browser.partition(" ")[0] for run in recorded()} == {"Chromium", "Firefox", "WebKitGTK"}
    assert all(run.holding == run.checks for run in recorded())
