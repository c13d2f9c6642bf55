"""Pages stored in the archive, opened in a tab or loaded by the viewer: no script in them runs in its origin."""

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


class HostileArchive:
    """An archive in which an attacker stored pages."""

    name = "hostile"

    def __init__(self) -> None:
        self.requested: list[str] = []

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def handle(self, _request: web.Request, tail: str) -> web.StreamResponse:
        self.requested.append(tail)
        if tail == "image":
            image = io.BytesIO()
            Image.new("L", (7, 7)).save(image, "PNG")
            return web.Response(body=image.getvalue(), content_type="image/png")
        if tail == "code":
            return web.Response(text=RAN, content_type="text/javascript")
        content_type, text = PAGES.get(tail, ("text/plain", ""))
        return web.Response(text=text, content_type=content_type)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Any, Site, HostileArchive]]:
    (folder / "index.html").write_text(LOADED)
    archive, reporter = HostileArchive(), SilentReporter()
    with (
        site(folder, archive, Tokens({}), settings=Settings(), enforce=False) as running,
        started(find_browser(reporter), reporter) as browser,
    ):
        yield browser.new_page(), running, archive


def ran(tab: Any, origin: str, archive: HostileArchive, name: str) -> bool:
    """Whether a script of this path ran. Returns once the network is idle, so that a script's request is included."""
    archive.requested.clear()
    tab.goto(f"{origin}/dicom-web/{name}" if name else origin, wait_until="networkidle")
    return "ran" in archive.requested or bool(tab.evaluate("document.documentElement.getAttribute('data-ran')"))


def test_no_page_of_the_archive_runs(tmp_path: Path) -> None:
    with opened(tmp_path) as (tab, running, archive):
        assert [name for name in PAGES if ran(tab, running.origin, archive, name)] == []
        assert tab.evaluate("origin") == "null"


def test_the_viewers_page_loads_images_of_the_archive_and_no_scripts(tmp_path: Path) -> None:
    with opened(tmp_path) as (tab, running, archive):
        assert not ran(tab, running.origin, archive, "")
        assert {"code", "image"} <= set(archive.requested)
        assert tab.evaluate("document.images[0].naturalWidth") == 7


def test_every_page_runs_if_only_the_viewers_own_headers_are_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_server, "RESPONSE_HEADERS_SET", ISOLATION)
    monkeypatch.setattr(web_server, "SCRIPT_TYPE", "no such type")
    with opened(tmp_path) as (tab, running, archive):
        assert [name for name in PAGES if not ran(tab, running.origin, archive, name)] == []
        assert ran(tab, running.origin, archive, "")
