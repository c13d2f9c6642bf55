"""Orthanc with the configuration that Debian's packages install, to which ``deploy`` adds the filter."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.verification.dataset.contents import NIKOS, STUDIES, VIDEO
from servers import deployed_orthanc

pytestmark = pytest.mark.usefixtures("orthanc_there")

DEBIAN = Path("/etc/orthanc")
STORAGE = '"/var/lib/orthanc/db-v6"'


def debians(folder: Path, port: int, dicom_port: int) -> Path:
    """Debian's files with storage and ports of this test, and nothing else changed."""
    if not (DEBIAN / "orthanc.json").exists():
        pytest.skip("This Orthanc was not installed from Debian's packages.")
    folder.mkdir()
    changed = {STORAGE: f'"{folder}/db"', '"HttpPort" : 8042': f'"HttpPort" : {port}'}
    changed['"DicomPort" : 4242'] = f'"DicomPort" : {dicom_port}'
    for path in DEBIAN.glob("*.json"):
        if os.access(path, os.R_OK):
            text = path.read_text()
            for old, new in changed.items():
                assert old in text or path.name != "orthanc.json"
                text = text.replace(old, new)
            (folder / path.name).write_text(text)
    return folder


def test_videos_and_names_are_right_with_debians_configuration(
    tmp_path: Path, make_dist: Any, web: Any, dataset: Path
) -> None:
    dist, deployment, port = make_dist(), tmp_path / "deployment", web.free_port()
    settings = debians(tmp_path / "etc", port, web.free_port())
    done = deploy("nginx", dist, deployment, DeployOptions(orthanc_settings=settings), SilentReporter())
    written = json.loads((deployment / "orthanc/orthanc.json").read_text())
    greek = next(study for study in STUDIES if study.patient is NIKOS)
    tokens = Tokens({"t": Grant(frozenset({VIDEO.uid, greek.uid}))})
    with deployed_orthanc(deployment, read_settings(dist), "/dicom-web", dataset, tokens) as server:
        root = f"{server.origin}/dicom-web/studies"
        (name,) = json.loads(web.ask(f"{root}?StudyInstanceUID={greek.uid}", {"token": "t"}).body)
        instances = json.loads(web.ask(f"{root}/{VIDEO.uid}/metadata", {"token": "t"}).body)
        place = next(
            f"{VIDEO.uid}/series/{each['0020000E']['Value'][0]}/instances/{each['00080018']['Value'][0]}"
            for each in instances
            if each["00080060"]["Value"] == ["XC"] or "1.77.1.4" in each["00080016"]["Value"][0]
        )
        video = web.ask(f"{root}/{place}/rendered", {"token": "t", "Accept": "video/mp4"})
    assert written["Plugins"][0].endswith("/libOrthancPython.so")
    assert all(path.endswith(".so") for path in written["Plugins"])
    assert len({Path(path).name for path in written["Plugins"]}) == len(written["Plugins"])
    assert written["DefaultEncoding"] == "Utf8"
    assert any("DefaultEncoding is now Utf8" in step for step in done.steps)
    assert name["00100010"]["Value"] == [{"Alphabetic": NIKOS.name}]
    assert (video.status, video.headers["content-type"]) == (200, "video/mp4")


def test_deploying_again_over_what_was_written_says_nothing_about_the_encoding(
    tmp_path: Path, make_dist: Any, web: Any
) -> None:
    settings = debians(tmp_path / "etc", web.free_port(), web.free_port())
    first, again = tmp_path / "first", tmp_path / "again"
    deploy("nginx", make_dist(), first, DeployOptions(orthanc_settings=settings), SilentReporter())
    written = first / "orthanc/orthanc.json"
    done = deploy("nginx", tmp_path / "dist", again, DeployOptions(orthanc_settings=written), SilentReporter())
    assert not any("DefaultEncoding" in step for step in done.steps)
    assert json.loads((again / "orthanc/orthanc.json").read_text())["DefaultEncoding"] == "Utf8"
