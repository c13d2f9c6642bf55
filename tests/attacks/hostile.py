"""An archive that does what an attack needs of it, and otherwise answers as an archive should."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from ohifbuild.verification.embedded_archive import EmbeddedArchive

Behaviour = Callable[[web.Request, str], Awaitable[web.StreamResponse | None]]
"""Answers a request, or leaves it (None) to the archive proper and its gate."""

PICTURE = "the bytes of a picture "
KEEP = "X-Cache-Control"
"""What a server without our headers lets pass as Cache-Control."""


class HostileArchive:
    """The embedded archive. ``behaviour``, if there is one, is asked before it and before its gate."""

    name = "hostile"

    def __init__(self, inner: EmbeddedArchive) -> None:
        self._inner = inner
        self.behaviour: Behaviour | None = None

    async def open(self) -> None:
        """Nothing has to be opened."""

    async def close(self) -> None:
        """Nothing has to be closed."""

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        """Answers a request."""
        return await self._inner.handle(request, tail)


def redirecting(status: int, location: str, *, part: str = "") -> Behaviour:
    """Sends every request whose path has ``part`` elsewhere."""

    async def answer(_request: web.Request, tail: str) -> web.StreamResponse | None:
        return web.Response(status=status, headers={"Location": location}) if part in tail else None

    return answer


def answering(text: str | bytes, kind: str, *, part: str = "", headers: dict[str, str] | None = None) -> Behaviour:
    """Gives the same answer to every request whose path has ``part``."""
    body = text.encode() if isinstance(text, str) else text

    async def answer(_request: web.Request, tail: str) -> web.StreamResponse | None:
        if part not in tail:
            return None
        return web.Response(body=body, headers={"Content-Type": kind, **(headers or {})})

    return answer


def failing(status: int, *, part: str = "") -> Behaviour:
    """Refuses every request whose path has ``part``."""

    async def answer(_request: web.Request, tail: str) -> web.StreamResponse | None:
        return web.Response(status=status, text="no") if part in tail else None

    return answer


def resetting(*, part: str = "", after: bytes = b"") -> Behaviour:
    """Cuts the connection, after some bytes of an answer if any are given."""

    async def answer(request: web.Request, tail: str) -> web.StreamResponse | None:
        if part not in tail:
            return None
        response = web.StreamResponse(headers={"Content-Type": "application/dicom+json"})
        if after:
            response.content_length = len(after) + 1000
            await response.prepare(request)
            await response.write(after)
        if request.transport:
            request.transport.abort()
        return response

    return answer


def hanging(*, part: str = "") -> Behaviour:
    """Never answers."""

    async def answer(_request: web.Request, tail: str) -> web.StreamResponse | None:
        if part in tail:
            await asyncio.sleep(3600)
        return None

    return answer
