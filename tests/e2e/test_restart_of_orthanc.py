"""A real Orthanc ends and starts again while somebody reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

from faulty_archive import PICTURE, TOKEN, Viewer, silent, study_uid, told
from ohifbuild.cache.default import default_cache
from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.orthanc.admin_client import free_port
from ohifbuild.orthanc.orthanc_process import orthanc
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.remote_archive import RunningArchive
from ohifbuild.verification.viewer_site import site

pytestmark = pytest.mark.usefixtures("orthanc_there")


def test_a_series_that_is_opened_meanwhile_appears_when_orthanc_is_back(
    ohif_dist: Path, page: Page, tmp_path: Path
) -> None:
    folder = tmp_path / "studies"
    shutil.copytree(cached_dataset(default_cache()) / "ordinary", folder)
    tokens = Tokens({TOKEN: Grant(frozenset({str(study_uid("ordinary"))}))})
    port = free_port(0)
    archive = RunningArchive(f"http://127.0.0.1:{port}/dicom-web", None, "token")
    thumbnails = page.locator('[data-cy^="study-browser-thumbnail"]')
    with site(ohif_dist, archive, Tokens({}), enforce=False) as running:
        viewer = Viewer(page, running)
        with orthanc(folder, tokens=tokens, port=port):
            viewer.open("ordinary")
            assert viewer.image()
            thumbnails.nth(1).locator("img").wait_for()
        thumbnails.nth(1).dblclick()
        assert told(viewer, "unreachable")
        with orthanc(folder, tokens=tokens, port=port):
            assert silent(viewer)
            first = page.evaluate(PICTURE)
            viewer.next_image()
            assert viewer.shows_another(first)
