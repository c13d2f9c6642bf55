"""A user's extension in a real browser, with the fixtures that users have."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from ohifbuild.testing import DicomDataset, OhifArchive, OhifViewer, ShareLink

CANVAS = ".cornerstone-viewport-element canvas"
MESSAGE = "#ohifbuild-message[data-reason={}]"


def test_a_package_of_es_modules_is_loaded_by_ohif(ohif_viewer: OhifViewer) -> None:
    page = ohif_viewer.open()
    page.locator("html[data-ward=radiology]").wait_for(state="attached")


def test_objects_that_a_test_adds_are_shown_by_a_link_to_their_study(
    ohif_viewer: OhifViewer, ohif_archive: OhifArchive, share_link: ShareLink, dicom_dataset: DicomDataset
) -> None:
    slices = [dicom_dataset("MR", number=number, SeriesDescription="Knee") for number in (1, 2, 3)]
    ohif_archive.add(*slices)
    link = share_link(slices[0])
    (token,) = parse_qs(urlsplit(link).query)["token"]
    page = ohif_viewer.open(link)
    page.get_by_text("Knee").first.wait_for()
    page.locator(CANVAS).first.wait_for()
    # Other pages of this viewer may be open, and each has a token of its own.
    of_this_page = [request for request in ohif_viewer.received() if ("token", token) in request.headers]
    assert {request.decision for request in of_this_page} == {"granted"}
    assert all(slices[0].StudyInstanceUID in request.path + request.query for request in of_this_page)


def test_the_archive_refuses_another_token_and_the_page_says_so(ohif_viewer: OhifViewer, share_link: ShareLink) -> None:
    page = ohif_viewer.open(share_link(token="another"))
    page.locator(MESSAGE.format("refused")).wait_for(state="attached")


@pytest.fixture(scope="module")
def kept(ohif_viewer: OhifViewer) -> Page:
    return ohif_viewer.open()


@pytest.fixture
def opened(ohif_viewer: OhifViewer) -> Page:
    return ohif_viewer.open()


@pytest.mark.parametrize("_number", [1, 2])
def test_a_page_is_closed_with_what_opened_it(ohif_viewer: OhifViewer, kept: Page, opened: Page, _number: int) -> None:
    assert ohif_viewer.pages == (kept, opened)


def test_a_link_to_a_study_that_the_archive_lacks_is_refused(share_link: ShareLink) -> None:
    with pytest.raises(ValueError, match=r"does not hold 1\.2\.3"):
        share_link("1.2.3")
