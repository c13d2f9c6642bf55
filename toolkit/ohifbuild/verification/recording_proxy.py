"""A proxy through which a browser reaches the site, and that writes down what the browser sends.

It stands for the events that WebDriver does not have. Whatever is for another origin goes on record as an attempt to
leave the site, and is refused.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from ohifbuild.server.proxy import CONNECTION_HEADERS, LONGEST_HEADER, NOT_ADDED
from ohifbuild.verification.egress_proxy import EgressProxy
from ohifbuild.verification.evidence import SentRequest
from ohifbuild.verification.viewer_site import served

KINDS = {"empty": "fetch", "iframe": "document", "frame": "document"}
"""Values of Sec-Fetch-Dest that Playwright names differently."""
USER = re.compile(r"(?<=^http://)[^/?#@]*@")
"""User name and password of an absolute URL; other browsers make a header of them."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Exchange:
    """A request, with the time at which it began, and the headers of its answer."""

    request: SentRequest
    answer: CIMultiDict[str]


class RecordingProxy:
    """What a browser sends to ``origin`` (``http://host:port``), and its attempts to reach anything else."""

    def __init__(self, origin: str, egress: EgressProxy) -> None:
        self.lost: Callable[[str], bool] = lambda _: False
        self.in_progress = 0
        self.last_busy = time.monotonic()
        self.exchanges: list[Exchange] = []
        self._origin = origin
        self._egress = egress
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Creates the HTTP session."""
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=NOT_ADDED,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
        )

    async def close(self) -> None:
        """Closes all connections."""
        if self._session:
            await self._session.close()

    async def handle(self, request: web.Request, tail: str = "") -> web.StreamResponse:
        """Passes on a request to the site, and refuses every other one."""
        target = USER.sub("", request.raw_path)
        if not target.startswith(f"{self._origin}/"):
            self._egress.record(f"{request.method} {target}".encode("latin-1", "replace"))
            return web.Response(status=403)
        number, began = len(self.exchanges), time.monotonic()
        sent = SentRequest(request.method, target, _headers(request), _kind(request), None, began)
        self.exchanges.append(Exchange(sent, CIMultiDict()))
        self.in_progress += 1
        try:
            answer = await self._passed_on(request, target)
            if answer is not None:
                sent = replace(sent, status=answer.status, size=answer.body_length)
                self.exchanges[number] = Exchange(sent, CIMultiDict(answer.headers))
                await answer.prepare(request)
                await answer.write_eof()
                return answer
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        finally:
            done = self.exchanges[number]
            seconds = round(time.monotonic() - began, 4)
            self.exchanges[number] = replace(done, request=replace(done.request, seconds=seconds))
            self.in_progress -= 1
            self.last_busy = time.monotonic()

    async def _passed_on(self, request: web.Request, target: str) -> web.Response | None:
        """The site's answer; None if there is none."""
        assert self._session is not None
        if self.lost(target):
            return None
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in CONNECTION_HEADERS]
        body = await request.read()
        try:
            async with self._session.request(
                request.method, URL(target, encoded=True), headers=headers, data=body or None, allow_redirects=False
            ) as answer:
                kept = [(n, v) for n, v in answer.headers.items() if n.lower() not in CONNECTION_HEADERS]
                passed = CIMultiDict(kept)
                passed.popall("Content-Length", None)
                return web.Response(status=answer.status, headers=passed, body=await answer.read())
        except (aiohttp.ClientError, OSError):
            return None


@contextmanager
def recording_proxy(origin: str, egress: EgressProxy) -> Iterator[tuple[RecordingProxy, str]]:
    """A proxy and its address, for the length of the block."""
    proxy = RecordingProxy(origin, egress)

    @web.middleware
    async def everything(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await proxy.handle(request)

    # `handler` is what a route would call; a middleware also gets requests that no route can match, such as CONNECT.
    with served(web.Application(middlewares=[everything]), proxy, "127.0.0.1", 0, None) as address:
        yield proxy, address


def _headers(request: web.Request) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.raw_headers)


def _kind(request: web.Request) -> str:
    named = request.headers.get("Sec-Fetch-Dest", "")
    if not named:
        return "document" if request.headers.get("Accept", "").startswith("text/html") else "other"
    return KINDS.get(named, named)
