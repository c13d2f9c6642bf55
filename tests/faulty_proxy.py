"""A proxy in front of a healthy deployment that does one thing wrong."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from ohifbuild.server.web_server import listening

DROPPED = ("Transfer-Encoding", "Content-Length", "Connection", "Date", "Server")
ARCHIVE = "/dicom-web"


@dataclass(frozen=True)
class Asked:
    """A request as it goes to the deployment; ``path`` is raw."""

    method: str
    path: str
    query: str
    headers: CIMultiDict[str]

    @property
    def is_archives(self) -> bool:
        """Whether it is for the archive."""
        return self.path.startswith(ARCHIVE)

    def with_header(self, name: str, value: str) -> Asked:
        """The same with another value of a header."""
        changed = self.headers.copy()
        changed[name] = value
        return replace(self, headers=changed)


@dataclass(frozen=True)
class Reply:
    """An answer; ``cut`` ends the connection after half of its body."""

    status: int = 200
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    body: bytes = b""
    cut: bool = False

    def but(
        self, status: int = 0, body: bytes | None = None, headers: Mapping[str, str] | None = None, *, cut: bool = False
    ) -> Reply:
        """The same with something changed; a header without a value is left out."""
        changed = self.headers.copy()
        for name, value in (headers or {}).items():
            changed.pop(name, None)
            if value:
                changed[name] = value
        return Reply(status or self.status, changed, self.body if body is None else body, cut)


PassOn = Callable[[Asked], Awaitable[Reply]]
Fault = Callable[[Asked, PassOn], Awaitable[Reply]]


@asynccontextmanager
async def faulty_proxy(upstream: str, fault: Fault, ssl_context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Runs the proxy; yields its origin. It passes the browser's host and scheme on, as it should."""
    session = aiohttp.ClientSession(auto_decompress=False, max_line_size=65536, max_field_size=65536)

    async def pass_on(asked: Asked) -> Reply:
        url = URL(f"{upstream}{asked.path}{'?' + asked.query if asked.query else ''}", encoded=True)
        async with session.request(asked.method, url, headers=asked.headers, allow_redirects=False) as answer:
            kept = ((name, value) for name, value in answer.headers.items() if name not in DROPPED)
            return Reply(answer.status, CIMultiDict(kept), await answer.read())

    async def handle(request: web.Request) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        headers = CIMultiDict(request.headers)
        headers["X-Forwarded-Proto"] = request.scheme
        reply = await fault(Asked(request.method, path, query, headers), pass_on)
        if not reply.cut:
            return web.Response(status=reply.status, headers=reply.headers, body=reply.body)
        answer = web.StreamResponse(status=reply.status, headers=reply.headers)
        answer.content_length = len(reply.body)
        await answer.prepare(request)
        await answer.write(reply.body[: len(reply.body) // 2])
        assert request.transport is not None
        request.transport.close()
        return answer

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with session, listening(app, "127.0.0.1", 0, ssl_context=ssl_context, grace=0.2) as origin:
        yield origin
