"""With a real Orthanc, which says the same to every request that it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.doctor import examine_deployment
from ohifbuild.orthanc.orthanc_process import orthanc
from ohifbuild.verification.dataset import write_dataset
from ohifbuild.verification.dataset.contents import DOCUMENTS, VIDEO
from servers import deployed_orthanc, existing_orthanc

TOKEN = "the-token-of-this-link"
TOKENS = Tokens({TOKEN: Grant(frozenset({DOCUMENTS.uid}))})
pytestmark = pytest.mark.usefixtures("orthanc_there")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("studies")
    write_dataset(folder)
    return folder


def test_orthanc_without_a_web_server_has_no_fault(tmp_path: Path, dataset: Path, a_dist: Callable[..., Path]) -> None:
    dist = a_dist(tmp_path / "dist", Settings(public_url="/ohif/"))
    existing, port = existing_orthanc(tmp_path)
    deployment = tmp_path / "deployment"
    deploy("orthanc", dist, deployment, DeployOptions(orthanc_settings=existing, port=port), SilentReporter())
    with deployed_orthanc(deployment, read_settings(dist), "/dicom-web", dataset, TOKENS) as server:
        link = f"{server.origin}/ohif/viewer?StudyInstanceUIDs={DOCUMENTS.uid}&token={TOKEN}"
        report = examine_deployment(link)
    states = {finding.check: finding.state for finding in report.findings if finding.state != "right"}
    # It sends no Date, and has no say in what the DICOMweb plugin's answers say of caching.
    assert states == {"clock": "untried", "archive-caching": "note"}


def test_an_orthanc_that_answers_in_latin1_loses_letters_of_names(
    tmp_path: Path, dataset: Path, a_dist: Callable[..., Path]
) -> None:
    dist = a_dist(tmp_path / "dist", Settings(public_url="/ohif/"))
    existing, port = existing_orthanc(tmp_path)
    deployment = tmp_path / "deployment"
    deploy("orthanc", dist, deployment, DeployOptions(orthanc_settings=existing, port=port), SilentReporter())
    configuration = deployment / "orthanc" / "orthanc.json"
    configuration.write_text(json.dumps({**json.loads(configuration.read_text()), "DefaultEncoding": "Latin1"}))
    with deployed_orthanc(deployment, read_settings(dist), "/dicom-web", dataset, TOKENS) as server:
        link = f"{server.origin}/ohif/viewer?StudyInstanceUIDs={DOCUMENTS.uid}&token={TOKEN}"
        report = examine_deployment(link)
    found = next(finding for finding in report.findings if finding.check == "names")
    assert found.state == "note"
    assert '"DefaultEncoding": "Utf8"' in found.change


def test_an_orthanc_that_loads_its_plugins_in_another_order_renders_no_video(
    tmp_path: Path, dataset: Path, a_dist: Callable[..., Path]
) -> None:
    dist = a_dist(tmp_path / "dist", Settings(public_url="/ohif/"))
    existing, port = existing_orthanc(tmp_path)
    deployment = tmp_path / "deployment"
    deploy("orthanc", dist, deployment, DeployOptions(orthanc_settings=existing, port=port), SilentReporter())
    configuration = deployment / "orthanc" / "orthanc.json"
    settings = json.loads(configuration.read_text())
    settings["Plugins"].sort(key=lambda path: path.endswith("libOrthancPython.so"))
    configuration.write_text(json.dumps(settings))
    tokens = Tokens({TOKEN: Grant(frozenset({VIDEO.uid}))})
    with deployed_orthanc(deployment, read_settings(dist), "/dicom-web", dataset, tokens) as server:
        report = examine_deployment(f"{server.origin}/ohif/viewer?StudyInstanceUIDs={VIDEO.uid}&token={TOKEN}")
    assert report.cause is not None
    assert report.cause.check == "video"
    assert "libOrthancPython.so" in report.cause.change


def test_nginx_that_drops_the_header_before_orthanc_is_found(maker: Any, dataset: Path) -> None:
    settings = Settings(token_header="X_Token")
    with orthanc(dataset, tokens=TOKENS, settings=settings) as server:
        made = maker.deployment(server.origin, token_header="X_Token")
        served: Callable[..., AbstractContextManager[str]] = maker.served
        with served(made) as link:
            healthy = examine_deployment(link)
        made.spoil("underscores_in_headers on;", "")
        with served(made) as link:
            broken = examine_deployment(link)
    assert healthy.cause is None
    assert broken.cause is not None
    assert "underscores_in_headers on;" in broken.cause.change
