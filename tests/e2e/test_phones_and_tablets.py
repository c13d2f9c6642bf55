"""A link on a phone or a tablet: one image fills the screen, and fingers do what a patient expects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from axe import violations
from faulty_archive import TOKEN, faulty_site, window
from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.lock.resolve import resolve
from ohifbuild.verification.dataset import Series, Study
from ohifbuild.verification.dataset.contents import ANNA, DOCUMENTS, VIDEO
from ohifbuild.verification.dataset.objects import image_slice
from ohifbuild.verification.dataset.pixel_format import HOUNSFIELD
from ohifbuild.workflow import build

NAMED = os.environ.get("OHIFBUILD_TOUCH_RELEASES", "")
"""By hand, all tests on all releases: 3.11.1,3.12.0,3.12.10,3.13.2,3.14.0-beta.6."""
SIZES_ON = NAMED.split(",") if NAMED else ["3.12.0", "3.13.2"]
ALL_ON = NAMED.split(",") if NAMED else ["3.12.0"]

SLICES = 30
CHEST = Series("long", "chest", 1, "CT", "CT chest", pixels=HOUNSFIELD, images=SLICES, size=64)
LONG = Study("long", ANNA, "Chest", "20240301", (CHEST, Series("long", "bone", 2, "CT", "CT bone", pixels=HOUNSFIELD)))

PHONE = (390, 844)
SCREENS = [PHONE, (844, 390), (360, 640), (640, 360), (820, 1180), (1180, 820)]
OF_SCREEN = 0.7

IMAGE_PART = """(() => {
  const { left, top, right, bottom } = document.querySelector('.cornerstone-canvas').getBoundingClientRect();
  const width = Math.min(right, innerWidth) - Math.max(left, 0);
  const height = Math.min(bottom, innerHeight) - Math.max(top, 0);
  return width * height / (screen.width * screen.height);
})()"""
RECORD = """addEventListener('CORNERSTONE_STACK_NEW_IMAGE', event =>
  (window.slices ??= []).push(event.detail.imageIdIndex + 1), true)"""
SMALL_TARGETS = """[...document.querySelectorAll('#ohifbuild-touch button, #ohifbuild-touch [role="slider"]')]
  .filter(each => each.checkVisibility()).map(each => [each.innerText, each.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
  .map(([text, box]) => `${text} ${box.width} ${box.height}`)"""
HIDDEN_HEADER = """!document.querySelector('#root button:not([data-cy="viewport-grid"] *)')
  ?.checkVisibility({ visibilityProperty: true })"""
CAMERA = """(() => {
  const { services } = window;
  const viewport = services.cornerstoneViewportService.getCornerstoneViewport(
    services.viewportGridService.getActiveViewportId());
  return { zoom: viewport.getZoom(), window: viewport.getProperties().voiRange, page: visualViewport.scale };
})()"""
FIRST = "document.querySelector('#ohifbuild-touch .number')?.textContent === '1 / 30'"
READY = f"{FIRST} && {CAMERA}.window"
"""The first slice is on the screen."""


@pytest.fixture(scope="module")
def dist(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The viewer of a release."""
    output, cache = tmp_path_factory.mktemp("viewer") / "dist", default_cache()
    recipe = Recipe.of({"version": request.param, "from": "published", "output": output, "verify": False})
    return build(resolve(recipe, cache=cache), cache=cache).path


@contextmanager
def links(dist: Path, folder: Path, *series: str) -> Iterator[Any]:
    """Serves a dist with the study of thirty slices, and these series of the dataset."""
    for one in LONG.series:
        place = folder / "long" / one.key
        place.mkdir(parents=True)
        for number in range(1, one.images + 1):
            image_slice(LONG, one, number).save_as(place / f"{number}.dcm", enforce_file_format=True)
    with faulty_site(dist, folder, *series) as (running, archive):
        yield lambda study: running.link((str(study.uid),), TOKEN), archive


@contextmanager
def phone(browser: Browser, size: tuple[int, int] = PHONE, **options: Any) -> Iterator[tuple[Page, Fingers]]:
    """A tab on a screen that is touched."""
    screen = {"width": size[0], "height": size[1]}
    with window(browser, **{"viewport": screen, "has_touch": True, "is_mobile": True, **options}) as context:
        page = context.new_page()
        yield page, Fingers(context, page)


class Fingers:
    """Fingers on the screen, as the browser gets them from the screen itself."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self._session: CDPSession = context.new_cdp_session(page)

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def drag(self, *ways: tuple[tuple[float, float], tuple[float, float]], steps: int = 20) -> None:
        """Moves as many fingers as there are ways, and lifts them."""
        for count in range(1, len(ways) + 1):
            self._send("touchStart", *(start for start, _ in ways[:count]))
        for step in range(1, steps + 1):
            part = step / steps
            self._send("touchMove", *((x + (to_x - x) * part, y + (to_y - y) * part) for (x, y), (to_x, to_y) in ways))
        self._send("touchEnd")

    def tap(self, x: float, y: float) -> None:
        """A tap."""
        self._send("touchStart", (x, y))
        self._send("touchEnd")


@pytest.mark.parametrize("dist", SIZES_ON, indirect=True)
def test_the_image_fills_every_screen_and_one_finger_shows_thirty_slices_in_order(
    dist: Path, browser: Browser, tmp_path: Path
) -> None:
    with links(dist, tmp_path) as (link, _), phone(browser) as (page, fingers):
        page.goto(link(LONG))
        page.wait_for_function(READY)
        for width, height in reversed(SCREENS):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(f"innerWidth === {width} && {IMAGE_PART} >= {OF_SCREEN}")
            assert page.evaluate(SMALL_TARGETS) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(HIDDEN_HEADER)
        page.evaluate(RECORD)
        fingers.drag(((150, 80), (150, 640)))
        page.wait_for_function("document.querySelector('#ohifbuild-touch .number').textContent === '30 / 30'")
        fingers.drag(((150, 640), (150, 80)), steps=5)  # five large jumps
        page.wait_for_function(READY)
        assert page.evaluate("window.slices") == [*range(2, SLICES + 1), *range(SLICES - 1, 0, -1)]


@pytest.mark.parametrize("dist", ALL_ON, indirect=True)
def test_fingers_zoom_reset_and_change_the_contrast_of_the_image_and_not_the_page(
    dist: Path, browser: Browser, tmp_path: Path
) -> None:
    with links(dist, tmp_path) as (link, _), phone(browser) as (page, fingers):
        page.goto(link(LONG))
        page.wait_for_function(READY)
        before = page.evaluate(CAMERA)
        fingers.drag(((180, 300), (120, 280)), ((220, 300), (280, 320)))
        pinched = page.evaluate(CAMERA)
        assert pinched["zoom"] > before["zoom"] * 2
        page.tap("[data-tool=contrast]")
        fingers.drag(((100, 300), (200, 360)))
        assert page.evaluate(CAMERA)["window"]["upper"] > before["window"]["upper"]
        fingers.tap(190, 300)
        fingers.tap(192, 302)
        page.wait_for_function(f"Math.abs({CAMERA}.zoom - {before['zoom']}) < 0.01")
        after = page.evaluate(CAMERA)
        assert after["window"] == before["window"]
        assert [each["page"] for each in (before, pinched, after)] == [1, 1, 1]
        assert page.text_content("#ohifbuild-touch .number") == "1 / 30"


@pytest.mark.parametrize("dist", ALL_ON, indirect=True)
def test_series_play_and_every_tool_are_one_touch_away_for_everybody(
    dist: Path, browser: Browser, tmp_path: Path
) -> None:
    with links(dist, tmp_path) as (link, _), phone(browser, locale="de-DE") as (page, _fingers):
        page.goto(link(LONG))
        page.wait_for_function(READY)
        assert page.get_attribute("#ohifbuild-touch", "lang") == "de"
        assert violations(page, "#ohifbuild-touch", "meta[name=viewport]") == []
        page.tap("[data-tool=play]")
        page.wait_for_function("parseInt(document.querySelector('#ohifbuild-touch .number').textContent) > 4")
        page.tap("[data-tool=play]")
        page.tap("#ohifbuild-touch .strip button >> nth=1")
        page.wait_for_function("document.querySelectorAll('.strip button')[1].getAttribute('aria-current') === 'true'")
        page.wait_for_function("document.querySelector('#ohifbuild-touch .position').hidden")
        page.tap("[data-tool=all]")
        page.wait_for_selector("[data-cy='side-panel-header-left'], #root header, #root button")
        page.wait_for_function(f"!({HIDDEN_HEADER})")
        page.tap("#ohifbuild-touch .simple")
        page.wait_for_function(f"{IMAGE_PART} >= {OF_SCREEN}")


@pytest.mark.parametrize("dist", ALL_ON, indirect=True)
def test_documents_reports_and_videos_are_usable(dist: Path, browser: Browser, tmp_path: Path) -> None:
    series = ("documents/report", "documents/findings", "documents/soft", "video/clip")
    with links(dist, tmp_path, *series) as (link, archive), phone(browser) as (page, _fingers):
        page.goto(link(DOCUMENTS))
        page.tap("#ohifbuild-touch .strip button >> text=Report")
        with page.expect_event("popup") if page.evaluate("navigator.pdfViewerEnabled") else page.expect_download():
            page.tap("#ohifbuild-touch .open")
        page.tap("#ohifbuild-touch .strip button >> text=Findings")
        page.wait_for_selector("text=Diagnostic imaging report")
        page.goto(link(VIDEO))
        page.wait_for_function("parseInt(document.querySelector('#ohifbuild-touch .number')?.textContent) === 1")
        page.tap("[data-tool=play]")
        page.wait_for_function("parseInt(document.querySelector('#ohifbuild-touch .number').textContent) > 3")
        # Documents and reports have no picture, so that none is asked for.
        assert [target for target in archive.asked if "/frames/" in target and DOCUMENTS.series[1].uid in target] == []


@pytest.mark.parametrize("screen", ["a desktop", "a recipe without it"])
def test_other_screens_keep_the_layout_of_the_release_and_load_nothing_of_ours(
    browser: Browser, tmp_path: Path, screen: str
) -> None:
    cache = default_cache()
    recipe = {"from": "published", "output": tmp_path / "dist", "verify": False, "touch_layout": screen == "a desktop"}
    dist = build(resolve(Recipe.of(recipe), cache=cache), cache=cache).path
    options = {"has_touch": True} if screen == "a desktop" else {"has_touch": True, "is_mobile": True}
    size = (1280, 940) if screen == "a desktop" else PHONE
    with (
        links(dist, tmp_path / "archive") as (link, _),
        phone(browser, size, **{"is_mobile": False, **options}) as (page, _f),
    ):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(link(LONG))
        page.wait_for_selector(".cornerstone-canvas")
        page.wait_for_load_state("networkidle")
        assert page.query_selector("#ohifbuild-touch") is None
        assert [url for url in asked if "/layout-" in url] == []
