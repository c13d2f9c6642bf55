"""The channel from ``dev`` to its pages: which build is current, and what is wrong with the sources.

It carries nothing from a page: no link, no study, no token. Pages of a dist have no such channel.
"""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import suppress
from html import escape
from importlib.resources import files

from aiohttp import web

from ohifbuild.core.errors import OhifbuildError
from ohifbuild.server.headers import CACHE_NEVER

FOLDER = "ohifbuild-dev/"
"""Below the public URL; no file of a dist is there."""

CLIENT, EVENTS = f"{FOLDER}client.js", f"{FOLDER}events"
KEEP_ALIVE_SECONDS = 15.0
RETRY_MS = 300
"""How soon a page asks again when the server was started again."""


def with_client(page: str, at: int, public_url: str, build: str) -> str:
    """The page with the script that listens to the channel at position ``at``.

    The script is a file, so the page's policy, which names each inline script, stays as it is.
    """
    script = f'<script src="{escape(public_url)}{CLIENT}?build={build}"></script>'
    return page[:at] + script + page[at:]


class Channel:
    """What pages learn. ``publish`` may be called in any thread."""

    def __init__(self, build: str) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._state = _state(build, None)
        self._build = build
        self._closed = False

    def publish(self, build: str | None, problem: OhifbuildError | None) -> None:
        """Announces the newest build, or keeps it (None) with what is wrong with the sources."""
        with self._lock:
            self._build = build or self._build
            self._state = _state(self._build, problem)
        self._wake()

    async def close(self, _app: web.Application) -> None:
        """Ends all streams, because a server that stops waits for its open answers."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            waiting = list(self._waiting.items())
        for event, loop in waiting:
            with suppress(RuntimeError):  # the server has stopped
                loop.call_soon_threadsafe(event.set)

    async def handle(self, request: web.Request, name: str) -> web.StreamResponse:
        """Answers a request for a name below the public URL that starts with ``FOLDER``."""
        if request.method != "GET" or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return web.Response(status=403, text="Only pages of this viewer may ask.\n")
        if name == CLIENT:
            text = files("ohifbuild.dev").joinpath("client.js").read_text(encoding="utf-8")
            return web.Response(text=text, content_type="text/javascript", headers={"Cache-Control": CACHE_NEVER})
        if name == EVENTS:
            return await self._stream(request)
        return web.Response(status=404, text="There is no such file.\n")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events (HTML 9.2): the state now, and each one that follows."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": CACHE_NEVER}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        changed = asyncio.Event()
        with self._lock:
            self._waiting[changed] = asyncio.get_running_loop()
        try:
            await response.write(f"retry: {RETRY_MS}\n".encode())
            while not self._closed:
                with self._lock:
                    state = self._state
                await response.write(f"data: {state}\n\n".encode())
                await self._next(changed, response)
            await response.write_eof()
            return response
        except ConnectionError:  # the page has gone
            return response
        finally:
            with self._lock:
                del self._waiting[changed]

    async def _next(self, changed: asyncio.Event, response: web.StreamResponse) -> None:
        """Waits until the state changes; in between, comments find out whether the page is still there."""
        while True:
            try:
                await asyncio.wait_for(changed.wait(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                await response.write(b":\n\n")
            else:
                changed.clear()
                return


def _state(build: str, problem: OhifbuildError | None) -> str:
    parts = (problem.what, problem.details, problem.cause, problem.fix) if problem else ()
    return json.dumps({"build": build, "problem": list(filter(None, parts))})
