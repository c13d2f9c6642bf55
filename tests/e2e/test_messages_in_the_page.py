"""Whatever the archive answers, the page says it in words, covers nothing that can be shown, and never only spins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page

from axe import violations
from faulty_archive import MESSAGE, Viewer, faulty_site, study_uid, window
from ohifbuild.contract.answers import Kind, Shown, Status, meaning_of, telling_of

IMAGES, OTHER, REPORT, PDF, VIDEO = "prior/soft", "second/chest", "documents/findings", "documents/report", "video/clip"

ANSWERS: tuple[Status, ...] = (
    *(0, 204, 302, 400, 401, 403, 404, 406, 408, 410, 413, 414, 429, 431, 451, 500, 502, 503, 504),
    "unreadable",
)
"""Twenty answers; 0 is a closed connection."""

PARTS = {
    "search": "/studies?",
    "series": "/series?",
    "metadata": "/metadata",
    "frames": "/frames/",
    "document": "/bulk/",
    "thumbnail": "/thumbnail",
}
"""How the target of each kind of request is known."""


def answer_to(status: Status) -> web.StreamResponse | int:
    """The answer that has this status in the table."""
    return status if isinstance(status, int) else web.Response(text="<p>Sign in", content_type="text/html")


# The matrix: all 360 cells are in the template's tests; here each answer meets OHIF's own requests, and each kind of
# request a page that shows something already.


def cells_of_an_empty_page() -> Iterator[tuple[Status, Kind]]:
    """Each answer once, to the kinds of requests that OHIF sends, in turn."""
    kinds: tuple[Kind, ...] = ("search", "series", "metadata", "frames", "document")
    for number, status in enumerate(ANSWERS):
        yield status, kinds[number % len(kinds)]


def test_every_answer_to_the_viewers_own_requests_is_told(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    wrong = []
    with faulty_site(ohif_dist, tmp_path, IMAGES, PDF) as (running, archive):
        viewer = Viewer(page, running)
        for status, kind in cells_of_an_empty_page():
            archive.rule = lambda target, part=PARTS[kind], status=status: answer_to(status) if part in target else None
            viewer.open("documents" if kind == "document" else "prior")
            shown: Shown = "nothing"
            if kind == "search":
                shown = "image"  # OHIF shows the images of one study also if the search for it fails
                assert viewer.image()
            elif kind == "document" and status == "unreadable":
                shown = "document"  # OHIF puts whatever has arrived into its viewer for PDF
                assert viewer.document()
            told = telling_of(status, kind, shown)
            assert told
            form = "cover" if told.covers else "notice"
            found = viewer.until(f"{MESSAGE}?.slice(0, 2).join() === '{told.message},{form}' && {MESSAGE}")
            if not found or (viewer.spins() and not told.covers):
                wrong.append((status, kind, viewer.message(), told))
    assert wrong == []


FETCH = """async url => {
  const answer = await fetch(url).catch(() => undefined);
  await answer?.arrayBuffer().catch(() => {});
}"""
BEGIN = f"url => {{ window.begun = ({FETCH})(url); }}"
"""For a request that waits for the archive; ``window.begun`` is fulfilled once it has an answer."""


@pytest.mark.parametrize("shown", ["image", "document"])
def test_no_answer_covers_what_is_shown(ohif_dist: Path, page: Page, tmp_path: Path, shown: Any) -> None:
    """Each kind meets each answer; those that are sent again, which takes seconds, meet one kind, beside an image."""
    study = f"/dicom-web/studies/{study_uid('prior' if shown == 'image' else 'documents')}"
    one = f"{study}/series/1.2/instances/1.3"
    urls: dict[Kind, str] = {
        "search": f"{study.rpartition('/')[0]}?StudyInstanceUID={study.rpartition('/')[2]}&limit=7",
        "series": f"{study}/series?limit=7",
        "metadata": f"{study}/series/1.2/metadata",
        "frames": f"{one}/frames/7",
        "document": f"{one}/bulk/7",
        "thumbnail": f"{one}/thumbnail",
    }
    wrong: list[Any] = []
    with faulty_site(ohif_dist, tmp_path, IMAGES, REPORT) as (running, archive):
        viewer = Viewer(page, running)
        viewer.open("prior" if shown == "image" else "documents")
        assert viewer.image() if shown == "image" else viewer.document()
        for number, status in enumerate(ANSWERS):
            answer = meaning_of(status)
            again = bool(answer and answer.retry)
            kinds = list(urls)[number % 6 : number % 6 + (shown == "image")] if again else list(urls)
            for kind in kinds:
                archive.rule = lambda target, status=status, url=urls[kind]: (
                    answer_to(status) if target == url else None
                )
                page.evaluate(BEGIN if again else FETCH, urls[kind])
                told = telling_of(status, kind, shown)
                if again and told:
                    viewer.message()
                found = tuple(page.evaluate("[...document.querySelectorAll('#ohifbuild-message')]"
                    ".map(box => [box.dataset.reason, box.className])[0] ?? []"))  # fmt: skip
                if found != ((told.message, "notice") if told else ()):
                    wrong.append((status, kind, found, told))
                # The same request succeeds, so that nothing is left to tell.
                archive.rule = lambda target, url=urls[kind]: web.Response(body=b"[{}]") if target == url else None
                page.evaluate(FETCH, urls[kind])
                page.evaluate("window.begun")
                if not viewer.until(f"{MESSAGE} === null"):
                    wrong.append((status, kind, "still told", told))
    assert wrong == []


# What was found in the field.


def test_a_pdf_is_not_covered_because_another_study_is_refused(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    with faulty_site(ohif_dist, tmp_path, PDF, IMAGES) as (running, archive):
        archive.rule = lambda target: 403 if study_uid("prior") in target else None
        viewer = Viewer(page, running)
        viewer.open("documents", "prior")
        assert viewer.document()
        assert viewer.message()[:2] == ("refused", "notice")
        page.keyboard.press("Escape")
        assert not viewer.has_message()


def test_a_report_is_not_covered_although_no_request_tells_of_it(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    with faulty_site(ohif_dist, tmp_path, REPORT, IMAGES) as (running, archive):
        archive.rule = lambda target: 403 if study_uid("prior") in target else None
        viewer = Viewer(page, running)
        viewer.open("prior", "documents")
        assert viewer.document()
        assert viewer.message()[:2] == ("refused", "notice")
        page.get_by_role("button", name="Close").click()
        assert not viewer.has_message()


def test_a_video_that_the_archive_cannot_render_is_told(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    with faulty_site(ohif_dist, tmp_path, VIDEO) as (running, archive):
        archive.rule = lambda target: 400 if "/rendered" in target else None
        viewer = Viewer(page, running)
        viewer.open("video")
        assert viewer.message()[:2] == ("failed", "notice")


@pytest.mark.parametrize("first", [503, 0])
def test_a_study_whose_search_fails_once_is_not_dropped(
    ohif_dist: Path, page: Page, tmp_path: Path, first: int
) -> None:
    with faulty_site(ohif_dist, tmp_path, IMAGES, OTHER) as (running, archive):
        failed: list[str] = []

        def once(target: str) -> int | None:
            if PARTS["search"] in target and study_uid("second") in target and not failed:
                failed.append(target)
                return first
            return None

        archive.rule = once
        viewer = Viewer(page, running)
        viewer.open("prior", "second")
        assert viewer.until("document.querySelectorAll('[data-cy^=\"study-browser-thumbnail\"] img').length === 2")
        assert failed
        assert not viewer.has_message()


@pytest.mark.parametrize("kind", ["search", "series", "metadata"])
def test_a_notice_stays_while_a_study_is_missing(ohif_dist: Path, page: Page, tmp_path: Path, kind: Kind) -> None:
    with faulty_site(ohif_dist, tmp_path, IMAGES, OTHER) as (running, archive):
        archive.rule = lambda target: 503 if PARTS[kind] in target and study_uid("second") in target else None
        viewer = Viewer(page, running)
        viewer.open("prior", "second")
        assert viewer.image()
        assert viewer.until("document.querySelector('#ohifbuild-message.notice[data-reason=busy]')")
        page.wait_for_load_state("networkidle")
        assert viewer.message()[:2] == ("busy", "notice")


def test_a_study_without_any_modality_opens_without_a_message(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    def without_modality(stored: Any) -> None:
        if stored.StudyInstanceUID == study_uid("second"):
            del stored.Modality

    with faulty_site(ohif_dist, tmp_path, IMAGES, OTHER, change=without_modality) as (running, archive):
        viewer = Viewer(page, running)
        page.add_init_script("""new MutationObserver(() => {
          if (document.getElementById('ohifbuild-message')) window.wasTold = true;
        }).observe(document, { childList: true, subtree: true });""")
        viewer.open("prior", "second")
        assert viewer.until("document.querySelectorAll('[data-cy^=\"study-browser-thumbnail\"] img').length === 2")
        assert not page.evaluate("!!window.wasTold")
        assert f"{study_uid('second')}/series" in json.dumps(archive.asked)


def test_an_archive_that_asks_for_patience_gets_it(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    with faulty_site(ohif_dist, tmp_path, IMAGES) as (running, archive):
        asked: list[str] = []

        def busy(target: str) -> web.Response | None:
            if PARTS["series"] in target and target not in asked:
                asked.append(target)
                return web.Response(status=429, headers={"Retry-After": "2"})
            return None

        archive.rule = busy
        viewer = Viewer(page, running)
        viewer.open("prior")
        assert viewer.image()
        assert asked
        assert not viewer.has_message()


def test_images_that_cannot_be_read_are_told(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    with faulty_site(ohif_dist, tmp_path, IMAGES) as (running, archive):
        errors: list[str] = []
        page.on("console", lambda said: errors.append(said.text))
        archive.rule = lambda target: (
            web.Response(body=b"no image", content_type="multipart/related") if PARTS["frames"] in target else None
        )
        viewer = Viewer(page, running)
        viewer.open("prior")
        assert viewer.message()[:2] == ("failed", "notice")
        assert not [text for text in errors if "getHTTPErrorHandler" in text]


def test_a_page_on_which_nothing_appears_says_so(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    """An archive that takes the connection and never answers."""
    with faulty_site(ohif_dist, tmp_path, IMAGES) as (running, _):
        page.route("**/dicom-web/**", lambda route: None)
        viewer = Viewer(page, running)
        viewer.open("prior")
        assert viewer.message()[:2] == ("waiting", "notice")


def test_links_that_cannot_be_used_say_what_is_wrong(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    with faulty_site(ohif_dist, tmp_path, IMAGES) as (running, archive):
        viewer = Viewer(page, running)
        for path, reason, words in (
            (f"viewer?StudyInstanceUIDs=1.2.{'3' * 61}&token=t", "long-uid", "64"),
            ("local", "no-files", "links"),
            ("", "no-token", "complete link"),
        ):
            page.goto(f"{running.base_url}{path}")
            assert viewer.message()[:2] == (reason, "cover")
            assert words in page.inner_text("#ohifbuild-message")
        assert archive.asked == []


def test_the_message_is_in_the_language_of_the_viewer(ohif_dist: Path, browser: Browser, tmp_path: Path) -> None:
    with faulty_site(ohif_dist, tmp_path, IMAGES) as (running, archive), window(browser, locale="it-IT") as context:
        archive.rule = lambda target: 403
        viewer = Viewer(context.new_page(), running)

        def language() -> str:
            assert viewer.message()
            return str(viewer.page.get_attribute("#ohifbuild-message", "lang"))

        viewer.open("prior")
        assert language() == "it"
        viewer.page.evaluate("document.cookie = 'i18next=de; path=/'; localStorage.setItem('i18nextLng', 'de')")
        viewer.open("prior")
        assert language() == "de"
        viewer.open("prior", more="&lng=fr")
        assert language() == "fr"


def test_an_upgrade_under_an_open_tab_is_offered_as_a_reload_that_keeps_the_link(
    ohif_dist: Path, page: Page, tmp_path: Path
) -> None:
    with faulty_site(ohif_dist, tmp_path, IMAGES) as (running, _):
        viewer = Viewer(page, running)
        viewer.open("prior")
        assert viewer.image()
        page.evaluate("""() => {
          const chunk = Object.assign(document.createElement('script'), { src: '/147.bundle.of-yesterday.js' });
          document.head.append(chunk);
        }""")
        assert viewer.message()[:2] == ("updated", "notice")
        with page.expect_navigation():
            page.get_by_role("button", name="Load again").click()
        assert viewer.image()
        assert not viewer.has_message()


# For everybody: WCAG 2.2 AA.


def fits(page: Page) -> bool:
    """Whether nothing of the message is cut off at the sides, and all of it can be reached."""
    return bool(
        page.evaluate("""() => {
          const box = document.getElementById('ohifbuild-message');
          const card = box.querySelector('.card');
          const [last] = [...box.querySelectorAll('button, p')].reverse();
          last.scrollIntoView();
          const { left, right, bottom } = last.getBoundingClientRect();
          return box.scrollWidth <= box.clientWidth && card.scrollWidth <= card.clientWidth
            && left >= 0 && right <= innerWidth && bottom <= innerHeight + 1;
        }""")
    )


WAYS: dict[str, dict[str, Any]] = {
    "a desktop": {},
    "a phone of 360 pixels": {"viewport": {"width": 360, "height": 640}},
    "text of 200 %": {"viewport": {"width": 640, "height": 400}},
    "forced colours": {"forced_colors": "active"},
    "reduced motion": {"reduced_motion": "reduce"},
}


@pytest.mark.parametrize("way", WAYS)
def test_messages_are_for_everybody(ohif_dist: Path, browser: Browser, tmp_path: Path, way: str) -> None:
    with faulty_site(ohif_dist, tmp_path, IMAGES) as (running, archive), window(browser, **WAYS[way]) as context:
        viewer = Viewer(context.new_page(), running)
        archive.rule = lambda target: 404 if PARTS["series"] in target else None
        viewer.open("prior", more="&lng=de")
        assert viewer.message()[:2] == ("not-found", "cover")
        assert violations(viewer.page, "#ohifbuild-message") == []
        assert fits(viewer.page)
        assert viewer.page.evaluate("document.getElementById('ohifbuild-message').contains(document.activeElement)")
        archive.rule = lambda target: 500 if PARTS["frames"] in target else None
        viewer.open("prior", more="&lng=de")
        assert viewer.message()[:2] == ("failed", "notice")
        assert violations(viewer.page, "#ohifbuild-message") == []
        assert fits(viewer.page)


def test_a_notice_is_used_by_keyboard_alone(ohif_dist: Path, page: Page, tmp_path: Path) -> None:
    with faulty_site(ohif_dist, tmp_path, IMAGES) as (running, archive):
        archive.rule = lambda target: 500 if PARTS["frames"] in target else None
        viewer = Viewer(page, running)
        viewer.open("prior")
        assert viewer.message()[:2] == ("failed", "notice")
        page.focus("#ohifbuild-message button >> nth=0")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Close"
        page.keyboard.press("Enter")
        assert not viewer.has_message()
        assert page.evaluate("document.activeElement !== null")
