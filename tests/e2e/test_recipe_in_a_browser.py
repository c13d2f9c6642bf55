"""What a recipe says about archives, access, portals and appearance, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.sync_api import Browser

from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.lock.resolve import resolve
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.fixtures import Fixtures, prepare_fixtures
from ohifbuild.verification.gate import Gate
from ohifbuild.verification.session import poll
from ohifbuild.verification.viewer_site import Site, site
from ohifbuild.workflow import build

DRAWN = "!!document.querySelector('.cornerstone-viewport-element canvas')"
MESSAGE = "document.getElementById('ohifbuild-message')?.dataset.reason ?? ''"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="90" height="30" fill="red"/></svg>'
BASIC = {"WWW-Authenticate": 'Basic realm="pacs"'}
SECONDS = 40.0
DIALOG_SECONDS = 6.0


class Portals:
    """Pages of two portals at origins of their own, each with one frame."""

    def __init__(self, listed: ThreadingHTTPServer, other: ThreadingHTTPServer) -> None:
        self.listed, self.other = (f"http://localhost:{server.server_address[1]}" for server in (listed, other))
        self.framed = ""


@dataclass(frozen=True)
class Running:
    """A viewer of five archives.

    ``ward`` is the gate of the second. The third, as the fourth, asks for a password. The fifth wants a cookie;
    ``tokens_of_staff`` says of each of its requests whether it had a token.
    """

    browser: Browser
    site: Site
    ward: Gate
    fixtures: Fixtures
    portals: Portals
    tokens_of_staff: list[bool]

    def link(self, route: str = "viewer") -> str:
        main = self.fixtures.main
        return self.site.link(main.studies, main.token, fragment=True, route=route)

    def tab(self) -> Any:
        return self.browser.new_context(viewport={"width": 1280, "height": 800}).new_page()


@contextmanager
def portals() -> Iterator[Portals]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            frame = f'<iframe width="1200" height="700" src="{found.framed}"></iframe>'
            self.wfile.write(f"<!doctype html><title>portal</title>{frame}".encode())

        def log_message(self, *_: object) -> None: ...

    with ExitStack() as stack:
        servers = []
        for _ in range(2):
            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Page))
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            stack.callback(server.shutdown)
            servers.append(server)
        found = Portals(*servers)
        yield found


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Portals]]:
    folder = tmp_path_factory.mktemp("recipe")
    (folder / "logo.svg").write_text(LOGO)
    with portals() as pages:
        yield built(folder, pages), pages


@pytest.fixture(scope="module")
def archive() -> EmbeddedArchive:
    return EmbeddedArchive(cached_dataset(default_cache()))


@pytest.fixture
def running(viewer: tuple[Path, Portals], archive: EmbeddedArchive, browser: Browser) -> Iterator[Running]:
    """A site of its own for each test: what a page of the test before still sends does not count."""
    dist, pages = viewer
    settings = read_settings(dist)
    parts = prepare_fixtures(settings)
    of_ward = settings.further[0]
    rule = replace(settings, token_header=of_ward.token_header, token_scheme=of_ward.token_scheme)
    ward = Gate(parts.tokens, rule)

    async def to_ward(request: web.Request, tail: str) -> web.StreamResponse:
        return await ward.pass_through(request, tail, archive)

    async def locked(_request: web.Request, _tail: str) -> web.StreamResponse:
        return web.Response(status=401, headers=BASIC)

    async def staff(request: web.Request, tail: str) -> web.StreamResponse:
        seen.append("token" in request.headers)
        if request.cookies.get("session") != "open":
            return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        return await archive.handle(request, tail)

    seen: list[bool] = []
    further = {"/staff": staff, "/ward/rs": to_ward, "/ward/wado": to_ward, "/locked": locked, "/desk": locked}
    with site(dist, archive, parts.tokens, further=further) as there:
        yield Running(browser, there, ward, parts.fixtures, pages, seen)


def built(folder: Path, pages: Portals) -> Path:
    dist, cache = folder / "dist", default_cache()
    recipe = {
        "from": "published",
        "output": dist,
        "verify": False,
        "embed_in": [pages.listed],
        "branding": {"name": "St. Example", "logo": folder / "logo.svg", "colours": {"primary": "#ff0000"}},
        "data_sources": [
            {"name": "main", "dicomweb_root": "/main/dicom-web"},
            {"name": "ward", "preset": "dcm4chee", "dicomweb_root": "/ward/rs"},
            {"name": "locked", "dicomweb_root": "/locked"},
            {"name": "desk", "dicomweb_root": "/desk", "access": "token-and-session"},
            {"name": "staff", "dicomweb_root": "/staff", "access": "session"},
        ],
    }
    build(resolve(Recipe.of(recipe), cache=cache), cache=cache, reporter=SilentReporter())
    return dist


def until(page: Any, script: str, seconds: float = SECONDS, frame: Any = None) -> Any:
    return poll(page, lambda: (frame or page).evaluate(script), seconds, interval_ms=50)


@pytest.mark.parametrize(("route", "of_main"), [("viewer", True), ("viewer/ward", False)])
def test_a_link_opens_at_its_archive_and_no_other_gets_a_request(running: Running, route: str, of_main: bool) -> None:
    page = running.tab()
    try:
        page.goto(running.link(route))
        assert until(page, DRAWN)
        used, other = (running.site.received(), running.ward.received())[:: 1 if of_main else -1]
        assert {request.decision for request in used} == {"granted"}
        assert other == ()
        assert page.evaluate(MESSAGE) == ""
    finally:
        page.context.close()


def test_an_archive_that_asks_for_a_password_gets_a_message_and_no_dialog(running: Running) -> None:
    page = running.tab()
    try:
        page.goto(running.link("viewer/locked"))
        assert until(page, MESSAGE) == "refused"
    finally:
        page.context.close()


def test_with_the_browsers_session_the_same_archive_opens_the_dialog_and_the_page_waits(running: Running) -> None:
    page = running.tab()
    try:
        page.goto(running.link("viewer/desk"))
        # The page may say that it waits.
        assert not until(page, f"({MESSAGE}) === 'refused'", DIALOG_SECONDS)
    finally:
        page.context.close()


@pytest.mark.parametrize("token", [False, True])
def test_with_the_browsers_session_a_link_opens_by_its_cookie_and_no_token_is_sent(
    running: Running, token: bool
) -> None:
    page = running.tab()
    try:
        page.context.add_cookies([{"name": "session", "value": "open", "url": running.site.origin}])
        main = running.fixtures.main
        page.goto(running.site.link(main.studies, main.token if token else "", route="viewer/staff"))
        assert until(page, DRAWN)
        assert set(running.tokens_of_staff) == {False}
        assert main.token not in page.url + page.evaluate("JSON.stringify(sessionStorage)")
    finally:
        page.context.close()


def test_a_portal_that_is_listed_shows_the_viewer_also_after_a_reload(running: Running) -> None:
    page = running.tab()
    try:
        running.portals.framed = running.link()
        page.goto(running.portals.listed)
        for _ in range(2):
            frame = page.frames[1]
            assert until(page, DRAWN, frame=frame)
            assert frame.evaluate(MESSAGE) == ""
            assert running.fixtures.main.token not in frame.url
            frame.evaluate("setTimeout(() => location.reload())")
            page.wait_for_event("framenavigated")
    finally:
        page.context.close()


def test_a_portal_that_is_not_listed_shows_nothing_of_the_viewer(running: Running) -> None:
    page = running.tab()
    try:
        running.portals.framed = running.link()
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            page.goto(running.portals.other)
        assert "viewer" not in page.frames[1].url
        assert running.site.received() == ()
    finally:
        page.context.close()


def test_name_logo_and_colours_are_on_the_page(running: Running) -> None:
    page = running.tab()
    try:
        page.goto(running.link())
        logo = "document.querySelector('img[alt=\"St. Example\"]')?.naturalWidth"
        assert until(page, logo) == 90
        assert page.title() == "St. Example"
        assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--primary')") == "0 100% 50%"
    finally:
        page.context.close()
