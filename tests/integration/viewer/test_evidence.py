"""What stands beside a dist: it is always about the very bytes of that dist, whatever a build or a move comes to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from ohifbuild.cache.entries import Cache
from ohifbuild.commands import build as build_command
from ohifbuild.commands import verify as verify_command
from ohifbuild.contract.settings import Settings
from ohifbuild.core.digests import digest_of_tree
from ohifbuild.core.errors import BrowserMissing, ClaimsFailed, LockDiffers, OutputNotOurs
from ohifbuild.lock.lock_file import read_lock
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.supply.provenance import check_provenance
from ohifbuild.verification.evidence import ClaimResult, Evidence
from ohifbuild.verification.redact import Redactor
from ohifbuild.verification.report import write_reports
from ohifbuild.viewer.manifest import read_manifest
from ohifbuild.viewer.output import PROVENANCE_NAME, REPORT_NAMES, SBOM_NAME
from ohifbuild.workflow import move

from .conftest import resolved

STATEMENTS = sorted([SBOM_NAME, PROVENANCE_NAME])
EVERYTHING = sorted([*REPORT_NAMES, *STATEMENTS])
Build = Callable[..., None]


def proven(dist: Path, report_dir: Path, *, holds: bool) -> Evidence:
    """Evidence about a dist as verify gives it, with reports that name the dist's digest."""
    results = (ClaimResult("right-image", "The right image is shown", "open", holds, "as it is"),)
    environment = {"Release": "OHIF", "Dist": read_manifest(dist).digest, "Archive": "none", "Browser": "none"}
    evidence = Evidence(results, (), Settings(), environment, 1.0)
    return replace(evidence, reports=write_reports(evidence, Redactor({}), report_dir))


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What verify comes to in this test; the browser is left out."""
    outcome: dict[str, Any] = {"holds": True}

    def verify(dist: Path, *, report_dir: Path, **_: object) -> Evidence:
        if error := outcome.get("error"):
            raise error
        return proven(dist, report_dir, holds=outcome["holds"])

    monkeypatch.setattr("ohifbuild.verification.runner.verify", verify)
    return outcome


@pytest.fixture
def built(base: BaseViewer, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judge: object) -> Build:
    """``ohifbuild build`` of the small viewer at ``dist`` with these flags."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(build_command, "resolve", lambda recipe, **_: resolved(base, recipe, cache))

    def run(*flags: str) -> None:
        build_command.command.main(["--output", "dist", *flags], standalone_mode=False)

    return run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def reported_digest(folder: Path) -> str:
    return str(json.loads((folder / "report.json").read_text())["environment"]["Dist"])


def assert_about(dist: Path, evidence: Path) -> None:
    """Each statement in the folder is about these bytes."""
    digest = read_manifest(dist).digest
    check_provenance(dist, evidence / PROVENANCE_NAME)
    hashes = json.loads((evidence / SBOM_NAME).read_text())["metadata"]["component"]["hashes"]
    assert [f"sha256:{entry['content']}" for entry in hashes] == [digest]
    if (evidence / "report.json").exists():
        assert reported_digest(evidence) == digest


def test_a_good_build_has_its_evidence_and_its_lock_beside_it(built: Build, tmp_path: Path) -> None:
    built()
    assert names(tmp_path) == ["dist", "dist.evidence", "ohifbuild.lock"]
    assert names(tmp_path / "dist.evidence") == EVERYTHING
    assert_about(tmp_path / "dist", tmp_path / "dist.evidence")


def test_a_rejected_build_leaves_the_dist_its_evidence_and_the_lock_as_they_were(
    built: Build, judge: dict[str, Any], tmp_path: Path
) -> None:
    built()
    before = {name: digest_of_tree(tmp_path / name) for name in ("dist", "dist.evidence")}
    lock = (tmp_path / "ohifbuild.lock").read_text()
    judge["holds"] = False
    with pytest.raises(ClaimsFailed) as caught:
        built("--public-url", "/ohif/")
    assert {name: digest_of_tree(tmp_path / name) for name in before} == before
    assert (tmp_path / "ohifbuild.lock").read_text() == lock
    assert names(tmp_path) == ["dist", "dist.evidence", "dist.rejected", "ohifbuild.lock"]
    rejected = tmp_path / "dist.rejected"
    assert names(rejected) == EVERYTHING
    assert str(Path("dist.rejected", "report.html")) in caught.value.fix
    assert reported_digest(rejected) != read_manifest(tmp_path / "dist").digest


def test_a_rejected_first_build_leaves_its_report_alone(built: Build, judge: dict[str, Any], tmp_path: Path) -> None:
    judge["holds"] = False
    with pytest.raises(ClaimsFailed):
        built()
    assert names(tmp_path) == ["dist.rejected"]


def test_the_report_of_a_rejected_build_replaces_that_of_the_one_before(
    built: Build, judge: dict[str, Any], tmp_path: Path
) -> None:
    judge["holds"] = False
    digests = []
    for public_url in ("/a/", "/b/"):
        with pytest.raises(ClaimsFailed):
            built("--public-url", public_url)
        digests.append(reported_digest(tmp_path / "dist.rejected"))
    assert len(set(digests)) == 2
    assert names(tmp_path) == ["dist.rejected"]


@pytest.mark.parametrize("flags", [(), ("--no-verify",)])
def test_the_next_build_that_takes_its_place_removes_the_rejected_ones_report(
    built: Build, judge: dict[str, Any], tmp_path: Path, flags: tuple[str, ...]
) -> None:
    judge["holds"] = False
    with pytest.raises(ClaimsFailed):
        built()
    judge["holds"] = True
    built(*flags)
    assert names(tmp_path) == ["dist", "dist.evidence", "ohifbuild.lock"]


@pytest.mark.parametrize("error", [BrowserMissing("No Chromium."), click.Abort()])
def test_a_build_that_could_not_be_proven_changes_nothing(
    built: Build, judge: dict[str, Any], tmp_path: Path, error: BaseException
) -> None:
    built()
    before = digest_of_tree(tmp_path)
    judge["error"] = error
    with pytest.raises(type(error)):
        built("--public-url", "/ohif/")
    assert digest_of_tree(tmp_path) == before


def test_a_build_that_differs_from_its_lock_changes_nothing(built: Build, tmp_path: Path) -> None:
    built()
    before = digest_of_tree(tmp_path)
    with pytest.raises(LockDiffers):
        built("--locked", "--public-url", "/ohif/")
    assert digest_of_tree(tmp_path) == before


def test_without_proof_there_are_statements_about_the_new_bytes_and_no_report(built: Build, tmp_path: Path) -> None:
    built()
    built("--public-url", "/ohif/", "--no-verify")
    assert names(tmp_path / "dist.evidence") == STATEMENTS
    assert_about(tmp_path / "dist", tmp_path / "dist.evidence")
    assert read_lock(tmp_path / "ohifbuild.lock").sections["options"]["public_url"] == "/ohif/"


def test_a_moved_dist_has_the_statements_that_a_build_there_would_have_and_no_report(
    built: Build, tmp_path: Path
) -> None:
    there = {"public_url": "/ohif/", "dicomweb_root": "/orthanc/dicom-web"}
    flags = ("--public-url", there["public_url"], "--dicomweb-root", there["dicomweb_root"])
    built("--output", "built", "--no-verify", *flags)
    built()
    move(tmp_path / "dist", tmp_path / "moved", **there)
    assert digest_of_tree(tmp_path / "moved.evidence") == digest_of_tree(tmp_path / "built.evidence")
    assert_about(tmp_path / "moved", tmp_path / "moved.evidence")
    assert_about(tmp_path / "dist", tmp_path / "dist.evidence")
    move(tmp_path / "dist", tmp_path / "dist", **there)
    assert digest_of_tree(tmp_path / "dist.evidence") == digest_of_tree(tmp_path / "built.evidence")


@pytest.mark.parametrize("beside", ["none", "another", "damaged"])
def test_a_moved_dist_gets_no_statements_where_none_is_about_it(built: Build, tmp_path: Path, beside: str) -> None:
    built()
    evidence = tmp_path / "dist.evidence"
    for name in STATEMENTS:
        if beside == "none":
            (evidence / name).unlink()
        elif beside == "damaged":
            (evidence / name).write_text("[{}]")
    if beside == "another":
        built("--output", "other", "--public-url", "/x/")
        for name in STATEMENTS:
            (evidence / name).write_bytes((tmp_path / "other.evidence" / name).read_bytes())
    move(tmp_path / "dist", tmp_path / "dist", public_url="/ohif/")
    assert not evidence.exists()


@pytest.mark.parametrize("name", ["dist.evidence", "dist.rejected"])
def test_a_folder_of_the_users_in_the_evidences_place_is_refused_and_kept(
    built: Build, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "thesis.tex").write_text("precious")
    with pytest.raises(OutputNotOurs, match="did not write"):
        built()
    assert (tmp_path / name / "thesis.tex").read_text() == "precious"
    assert names(tmp_path) == [name]


def test_verify_writes_its_report_anew_beside_the_dist_and_keeps_the_statements(
    built: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built("--no-verify")
    statements = {name: (tmp_path / "dist.evidence" / name).read_bytes() for name in STATEMENTS}
    monkeypatch.setattr(
        "ohifbuild.verification.runner.verify", lambda dist, *, report_dir, **_: proven(dist, report_dir, holds=True)
    )
    monkeypatch.setattr("ohifbuild.verification.report.terminal.render", lambda _: "")
    done = CliRunner().invoke(verify_command.command, [str(tmp_path / "dist")], catch_exceptions=False)
    assert done.exit_code == 0
    assert names(tmp_path / "dist.evidence") == EVERYTHING
    assert_about(tmp_path / "dist", tmp_path / "dist.evidence")
    assert {name: (tmp_path / "dist.evidence" / name).read_bytes() for name in STATEMENTS} == statements
