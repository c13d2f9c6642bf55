"""An archive that misbehaves as an attack needs, and otherwise answers correctly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from ohifbuild.verification.embedded_archive import EmbeddedArchive

Behaviour = Callable[[web.Request, str], Awaitable[web.StreamResponse | None]]
"""Answers a request, or returns None; then the embedded archive and its gate answer."""

IMAGE_BYTES = "the bytes of a picture "
CACHE_CONTROL_OVERRIDE = "X-Cache-Control"
"""The header that a server without protective headers sends as Cache-Control."""


class HostileArchive:
    """The embedded archive. ``behaviour``, if it is set, is called before the archive and its gate."""

    name = "hostile"

    def __init__(self, inner: EmbeddedArchive) -> None:
        self._inner = inner
        self.behaviour: Behaviour | None = None

    async def open(self) -> None:
        """Does nothing."""

    async def close(self) -> None:
        """Does nothing."""

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        """Answers a request."""
        return await self._inner.handle(request, tail)


def redirecting(status: int, location: str, *, part: str = "") -> Behaviour:
    """Redirects every request whose path contains ``part``."""

    async def answer(_request: web.Request, tail: str) -> web.StreamResponse | None:
        return web.Response(status=status, headers={"Location": location}) if part in tail else None

    return answer


def answering(
    text: str | bytes, content_type: str, *, part: str = "", headers: dict[str, str] | None = None
) -> Behaviour:
    """Gives the same answer to every request whose path contains ``part``."""
    body = text.encode() if isinstance(text, str) else text

    async def answer(_request: web.Request, tail: str) -> web.StreamResponse | None:
        if part not in tail:
            return None
        return web.Response(body=body, headers={"Content-Type": content_type, **(headers or {})})

    return answer


def failing(status: int, *, part: str = "") -> Behaviour:
    """Answers every request whose path contains ``part`` with an error status."""

    async def answer(_request: web.Request, tail: str) -> web.StreamResponse | None:
        return web.Response(status=status, text="no") if part in tail else None

    return answer


def resetting(*, part: str = "", after: bytes = b"") -> Behaviour:
    """Aborts the connection after sending the bytes ``after`` of an answer."""

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
