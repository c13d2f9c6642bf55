"""The page about newer versions of Orthanc: the settings that its command writes, in the Orthanc that is here."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from how_to import blocks, command, replaced
from ohifbuild.commands.main import cli
from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import read_settings
from ohifbuild.orthanc.admin_client import free_port
from ohifbuild.orthanc.find import find_orthanc
from ohifbuild.verification.dataset import write_dataset
from ohifbuild.verification.dataset.contents import DOCUMENTS
from servers import deployed_orthanc
from small_dist import write_small_dist
from system import orthanc_installed

PAGE = "newer-orthanc"
IN_IMAGE = "/usr/share/orthanc/plugins-available"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The page's settings, with the paths of this machine's Orthanc."""
    orthanc_installed()
    found = find_orthanc()
    here = {
        f"{IN_IMAGE}/libOrthancPython.so": str(found.python),
        f"{IN_IMAGE}/libOrthancDicomWeb.so": str(found.dicomweb),
        "/var/lib/orthanc/db": str(tmp_path / "db"),
    }
    settings = json.loads(replaced(blocks(PAGE, "json")[0], here))
    path = tmp_path / "image.json"
    path.write_text(json.dumps({**settings, "HttpPort": free_port(0), "DicomServerEnabled": False}))
    return path


def status(url: str, token: str) -> int:
    request = urllib.request.Request(url, headers={"token": token} if token else {})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_the_settings_of_the_image_start_an_orthanc_that_is_closed_without_a_token(tmp_path: Path, image: Path) -> None:
    dist, studies = write_small_dist(tmp_path / "dist"), tmp_path / "studies"
    write_dataset(studies)
    here = {"/opt/dist": str(dist), "/srv/viewer": str(tmp_path / "viewer"), "/srv/image.json": str(image)}
    _, *words = command(PAGE, "ohifbuild deploy nginx", here)
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    written = json.loads((tmp_path / "viewer/orthanc/orthanc.json").read_text())
    assert written["Plugins"] == json.loads(image.read_text())["Plugins"]
    assert written["TokenFilter"]["RenderVideos"] is False
    assert (written["AuthenticationEnabled"], written["RemoteAccessAllowed"]) == (False, False)
    tokens = Tokens({"good": Grant(frozenset({DOCUMENTS.uid}))})
    with deployed_orthanc(tmp_path / "viewer", read_settings(dist), "/dicom-web", studies, tokens) as server:
        search = f"{server.origin}/dicom-web/studies?StudyInstanceUID={DOCUMENTS.uid}"
        assert [status(search, token) for token in ("", "bad", "good")] == [403, 403, 200]
        assert status(f"{server.origin}/system", "good") == 403
