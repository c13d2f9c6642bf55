"""What an archive answers, opened as a page of its own or loaded by one: nothing in it runs in the viewer's origin."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from PIL import Image

from ohifbuild.contract.grants import Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.server import web_server
from ohifbuild.server.headers import ISOLATION
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.viewer_site import Site, site

RAN = "document.documentElement.setAttribute('data-ran', origin); fetch('/dicom-web/ran')"
XHTML = f'<html xmlns="http://www.w3.org/1999/xhtml"><head><script>{RAN}</script></head><body>x</body></html>'
PAGES = {
    "html": ("text/html", f"<script>{RAN}</script>x"),
    "event": ("text/html", f'<img src="/dicom-web/none" onerror="{RAN}">x'),
    "own": ("text/html", '<script src="/dicom-web/code"></script>x'),
    "xhtml": ("application/xhtml+xml", XHTML),
    "xml": ("application/xml", XHTML),
    "svg": ("image/svg+xml", f'<svg xmlns="http://www.w3.org/2000/svg"><script>{RAN}</script><text>x</text></svg>'),
    "refresh": ("text/html", '<meta http-equiv="refresh" content="0;url=/dicom-web/html">x'),
}
LOADED = "<script src='/dicom-web/code'></script><img src='/dicom-web/image'>viewer"


class Hostile:
    """An archive in which somebody stored pages."""

    name = "hostile"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def handle(self, _request: web.Request, tail: str) -> web.StreamResponse:
        self.asked.append(tail)
        if tail == "image":
            picture = io.BytesIO()
            Image.new("L", (7, 7)).save(picture, "PNG")
            return web.Response(body=picture.getvalue(), content_type="image/png")
        if tail == "code":
            return web.Response(text=RAN, content_type="text/javascript")
        kind, text = PAGES.get(tail, ("text/plain", ""))
        return web.Response(text=text, content_type=kind)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Any, Site, Hostile]]:
    (folder / "index.html").write_text(LOADED)
    archive, reporter = Hostile(), SilentReporter()
    with (
        site(folder, archive, Tokens({}), settings=Settings(), enforce=False) as running,
        started(find_browser(reporter), reporter) as browser,
    ):
        yield browser.new_page(), running, archive


def ran(tab: Any, origin: str, archive: Hostile, name: str) -> bool:
    """Whether a script ran that had to do with this path; given the time of a request that comes after it."""
    archive.asked.clear()
    tab.goto(f"{origin}/dicom-web/{name}" if name else origin, wait_until="networkidle")
    return "ran" in archive.asked or bool(tab.evaluate("document.documentElement.getAttribute('data-ran')"))


def test_no_page_of_the_archive_runs(tmp_path: Path) -> None:
    with opened(tmp_path) as (tab, running, archive):
        assert [name for name in PAGES if ran(tab, running.origin, archive, name)] == []
        assert tab.evaluate("origin") == "null"


def test_the_viewers_page_loads_pictures_of_the_archive_and_no_scripts(tmp_path: Path) -> None:
    with opened(tmp_path) as (tab, running, archive):
        assert not ran(tab, running.origin, archive, "")
        assert {"code", "image"} <= set(archive.asked)
        assert tab.evaluate("document.images[0].naturalWidth") == 7


def test_with_the_viewers_own_headers_alone_each_of_them_would_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_server, "RESPONSE_HEADERS_SET", ISOLATION)
    monkeypatch.setattr(web_server, "SCRIPT_TYPE", "no such type")
    with opened(tmp_path) as (tab, running, archive):
        assert [name for name in PAGES if not ran(tab, running.origin, archive, name)] == []
        assert ran(tab, running.origin, archive, "")
