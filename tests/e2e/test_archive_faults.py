"""An archive that fails while somebody reads: the page recovers by itself, or says what happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from aiohttp import web
from playwright.sync_api import Page

from faulty_archive import IMAGE, PICTURE, Viewer, faulty_site, silent, study_uid, told

SERIES = "prior/soft"
"""A series of three images."""

PART = b"\r\n--x\r\nContent-Type: application/octet-stream\r\n\r\n"
SHORT = PART + b"\x10\x20" * 500 + b"\r\n--x--"
"""An image of 500 pixels, whole by its boundaries."""


def multipart(body: bytes, boundary: str = "x") -> web.Response:
    """An answer to a request for a frame."""
    return web.Response(
        body=body, headers={"Content-Type": f'multipart/related; type="application/octet-stream"; boundary={boundary}'}
    )


NO_FRAMES: dict[str, Callable[[], web.Response]] = {
    "a part that is too short": lambda: multipart(SHORT),
    "no closing boundary": lambda: multipart(SHORT[:-7]),
    "JSON": lambda: web.json_response([{}] * 100000),
    "a login page": lambda: web.Response(text="<p>Sign in" * 100000, content_type="text/html"),
}
"""Answers of which OHIF alone would draw some. The table of all is in the template's `content.test.js`."""


def test_a_frame_that_is_none_is_told_and_not_drawn(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    wrong = []
    with faulty_site(ohif_dist, tmp_path, SERIES) as (running, archive):
        viewer = Viewer(page, running)
        for what, answer in NO_FRAMES.items():
            archive.rule = lambda target, answer=answer: answer() if "/frames/" in target else None
            viewer.open("prior")
            if not told(viewer, "failed") or page.evaluate(IMAGE):
                wrong.append(what)
    assert wrong == []


def test_an_image_that_fails_while_somebody_reads_appears_without_a_click(
    ohif_dist: Path, page: Page, tmp_path: Path
) -> None:
    with faulty_site(ohif_dist, tmp_path, SERIES) as (running, archive):
        viewer = Viewer(page, running)
        seen: list[str] = []

        def first_only(target: str) -> int | None:
            """The archive gives one image, and is gone."""
            if "/frames/" in target:
                seen.append(target)
            return 0 if "/frames/" in target and target != seen[0] else None

        archive.rule = first_only
        viewer.open("prior")
        assert viewer.image()
        first = page.evaluate(PICTURE)
        viewer.next_image()
        assert told(viewer, "unreachable")
        archive.rule = lambda target: None
        assert silent(viewer)
        assert viewer.shows_another(first)
        assert all(archive.asked.count(target) <= 8 for target in archive.asked)


def test_a_study_that_fails_while_it_opens_appears_without_a_click(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    with faulty_site(ohif_dist, tmp_path, SERIES) as (running, archive):
        archive.rule = lambda target: 502 if "/metadata" in target else None
        viewer = Viewer(page, running)
        viewer.open("prior")
        assert told(viewer, "unreachable")
        archive.rule = lambda target: None
        assert silent(viewer)
        assert viewer.image()


def test_metadata_of_another_study_are_told_and_not_shown(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    with faulty_site(ohif_dist, tmp_path, SERIES) as (running, archive):
        row = {"0020000D": {"vr": "UI", "Value": [str(study_uid("second"))]}}
        archive.rule = lambda target: (
            web.Response(text=json.dumps([row]), content_type="application/dicom+json")
            if "/metadata" in target
            else None
        )
        viewer = Viewer(page, running)
        viewer.open("prior")
        assert told(viewer, "other-study")
        assert not page.evaluate(IMAGE)
        assert not [target for target in archive.asked if "/frames/" in target]


def test_without_a_network_the_page_waits_and_goes_on_when_there_is_one(
    ohif_dist: Path, page: Page, tmp_path: Path
) -> None:
    with faulty_site(ohif_dist, tmp_path, SERIES) as (running, archive):
        viewer = Viewer(page, running)
        archive.rule = lambda target: 0 if "/frames/" in target else None
        viewer.open("prior")
        assert told(viewer, "unreachable")
        page.context.set_offline(True)
        archive.rule = lambda target: None
        assert viewer.has_message()
        page.context.set_offline(False)
        assert viewer.image()
        assert silent(viewer)
