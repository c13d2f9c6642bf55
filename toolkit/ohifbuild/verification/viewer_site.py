"""Serves a dist and an archive behind a gate from one origin for the length of a block."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from aiohttp import web

from ohifbuild.contract.grants import Tokens
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.server.headers import connects_to
from ohifbuild.server.static_files import INDEX, StaticFiles
from ohifbuild.server.web_server import ArchiveHandler, application, listening, same_origin_root
from ohifbuild.verification.evidence import ReceivedRequest
from ohifbuild.verification.gate import Archive, Gate

GRACE_SECONDS = 0.5


class Opened(Protocol):
    """Something that needs the server's event loop while the server runs."""

    async def open(self) -> None:
        """Called once in the server's event loop before the first request."""

    async def close(self) -> None:
        """Called once in the server's event loop after the last request."""


class Site:
    """A running site. ``origin`` is ``http://127.0.0.1:port``; ``pages`` are the dist's HTML files but index.html."""

    def __init__(self, origin: str, settings: Settings, gate: Gate, pages: tuple[str, ...]) -> None:
        self.origin = origin
        self.settings = settings
        self.pages = pages
        self._gate = gate

    @property
    def base_url(self) -> str:
        """The viewer's URL; it ends with a slash."""
        return self.origin + self.settings.public_url

    def received(self) -> tuple[ReceivedRequest, ...]:
        """Every request that the archive has received so far, in the order of arrival."""
        return self._gate.received()

    def redirect(self, location: str) -> None:
        """From now on, answers requests that would be granted with a redirect; '' ends that."""
        self._gate.redirect(location)

    def clear(self) -> None:
        """Deletes the records of received requests."""
        self._gate.clear()

    def link(self, studies: tuple[str, ...], token: str, *, fragment: bool = False, route: str = "viewer") -> str:
        """The share link of some studies, with the token in the query or the fragment ('' for none)."""
        url = f"{self.base_url}{route}?StudyInstanceUIDs={','.join(studies)}"
        parameter = f"{self.settings.token_param}={quote(token, safe='')}" if token else ""
        return url + (("#" if fragment else "&") + parameter if parameter else "")


@contextmanager
def site(
    dist: Path,
    archive: Archive,
    tokens: Tokens,
    *,
    settings: Settings | None = None,
    further: Mapping[str, ArchiveHandler] | None = None,
    enforce: bool = True,
    bare: bool = False,
    host: str = "127.0.0.1",
    port: int = 0,
    ssl_context: ssl.SSLContext | None = None,
) -> Iterator[Site]:
    """Serves ``dist`` and ``archive`` in a thread with its own event loop.

    Args:
        dist: the dist's folder.
        archive: the archive behind the gate.
        tokens: the tokens and what each gives access to.
        settings: the dist's settings; default: those in the dist.
        further: handlers of further roots, by their paths.
        enforce: whether the gate refuses requests, or only records (for an archive that enforces tokens itself).
        bare: whether to serve without protective headers: no referrer policy, and a content security policy that
            blocks nothing but still reports to the console.
        host, port: the address; port 0 for any free one.
        ssl_context: for HTTPS; None for HTTP.

    Raises:
        DistInvalid: the dist is not one of ohifbuild, or its archive is at another origin.
        PortInUse: the address is in use.
    """
    settings = settings or read_settings(dist)
    root = same_origin_root(dist, settings)
    gate = Gate(tokens, settings, enforce=enforce)

    async def to_archive(request: web.Request, tail: str) -> web.StreamResponse:
        return await gate.pass_through(request, tail, archive)

    app = application(
        StaticFiles(dist, settings.public_url, connects_to(settings), settings.embed_in),
        root,
        to_archive,
        further=further,
    )
    app.on_response_prepare.append(gate.answering)
    if bare:
        app.on_response_prepare.append(_strip)
    with served(app, archive, host, port, ssl_context) as origin:
        yield Site(origin, settings, gate, _pages(dist))


def _pages(dist: Path) -> tuple[str, ...]:
    found = (path.relative_to(dist).as_posix() for path in dist.rglob("*.html"))
    return tuple(sorted(name for name in found if name != INDEX))


async def _strip(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.pop("Referrer-Policy", None)
    policy = response.headers.pop("Content-Security-Policy", None)
    if policy:
        response.headers["Content-Security-Policy-Report-Only"] = policy


@contextmanager
def served(
    app: web.Application, archive: Opened, host: str, port: int, ssl_context: ssl.SSLContext | None
) -> Iterator[str]:
    """Runs an application in a thread; yields its origin. An exception at its start is raised here.

    Args:
        archive: is opened before the first request and closed after the last.
    """
    loop = asyncio.new_event_loop()
    started, origin, failure = threading.Event(), [""], list[BaseException]()
    stopping = asyncio.Event()

    async def serve() -> None:
        await archive.open()
        try:
            async with listening(app, host, port, ssl_context=ssl_context, grace=GRACE_SECONDS) as address:
                origin[0] = address
                started.set()
                await stopping.wait()
        finally:
            await archive.close()

    def run() -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(serve())
        except BaseException as error:
            failure.append(error)
        finally:
            started.set()
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    thread = threading.Thread(target=run, name="site", daemon=True)
    thread.start()
    started.wait()
    try:
        if failure:
            raise failure[0]
        yield origin[0]
    finally:
        if not failure:
            loop.call_soon_threadsafe(stopping.set)
        thread.join()
