"""Asks a server that may be broken or hostile: bounded in time and bytes, never led elsewhere, nothing unpacked."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import aiohttp
from yarl import URL

from ohifbuild.server.proxy import LONGEST_HEADER

RequestFailure = Literal["", "name", "refused", "unreachable", "timeout", "closed", "tls", "protocol"]
"""Why there is no answer, or only the beginning of one."""

AT_A_TIME = 6
CONNECT_SECONDS = 8.0
ANSWER_SECONDS = 20.0
ALL_SECONDS = 90.0
"""For everything that is asked of one deployment together."""

SHORT = 64 * 1024
USER_AGENT = "ohifbuild-doctor"


@dataclass(frozen=True)
class Answer:
    """What came back.

    Args:
        url: what was asked for, without its query.
        status: 0 where nothing came.
        headers: in order, with repetitions; names in lower case.
        body: its beginning, as it was sent: not unpacked.
        whole: whether ``body`` is all of it.
    """

    url: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    whole: bool = True
    trouble: RequestFailure = ""

    def all(self, name: str) -> list[str]:
        """The values of a header."""
        return [value for key, value in self.headers if key == name.lower()]

    def get(self, name: str) -> str:
        """The values of a header as one, '' where it is missing."""
        return ", ".join(self.all(name))

    @property
    def media_type(self) -> str:
        """Without parameters, in lower case."""
        return self.get("content-type").partition(";")[0].strip().lower()


class Client:
    """To be made by ``client``."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._until = time.monotonic() + ALL_SECONDS
        self._turns = asyncio.Semaphore(AT_A_TIME)

    async def ask(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, limit: int = SHORT
    ) -> Answer:
        """The answer to one request; redirects are answers, and failures too. At most ``limit`` bytes are read."""
        shown = url.partition("?")[0]
        async with self._turns:
            seconds = min(ANSWER_SECONDS, self._until - time.monotonic())
            if seconds <= 0:
                return Answer(shown, trouble="timeout")
            began: list[Answer] = []
            try:
                async with asyncio.timeout(seconds):
                    return await self._answer(url, shown, method, headers or {}, limit, began)
            except (aiohttp.ClientError, OSError, ValueError) as error:
                if began:
                    return Answer(shown, began[0].status, began[0].headers, whole=False, trouble=failure_of(error))
                return Answer(shown, trouble=failure_of(error))

    async def _answer(
        self, url: str, shown: str, method: str, headers: Mapping[str, str], limit: int, began: list[Answer]
    ) -> Answer:
        asked = self._session.request(method, URL(url, encoded=True), headers=headers, allow_redirects=False)
        async with asked as response:
            found = tuple(
                (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.raw_headers
            )
            began.append(Answer(shown, response.status, found))
            body = bytearray()
            while len(body) <= limit and (piece := await response.content.read(limit + 1 - len(body))):
                body += piece
            return Answer(shown, response.status, found, bytes(body[:limit]), whole=len(body) <= limit)


@asynccontextmanager
async def client(trust: ssl.SSLContext) -> AsyncIterator[Client]:
    """A client that takes certificates as ``trust`` says."""
    session = aiohttp.ClientSession(
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=aiohttp.TCPConnector(limit=AT_A_TIME, ssl=trust),
        timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS, sock_connect=CONNECT_SECONDS),
        headers={"User-Agent": USER_AGENT},
        skip_auto_headers=("Accept-Encoding",),
        max_line_size=LONGEST_HEADER,
        max_field_size=LONGEST_HEADER,
    )
    async with session:
        yield Client(session)


def failure_of(error: BaseException) -> RequestFailure:
    """What kind of failure an exception is."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "name"
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return "tls"
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(inner, ConnectionRefusedError):
        return "refused"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "unreachable"
    if isinstance(error, aiohttp.ClientResponseError | ValueError):
        return "protocol"
    return "closed"
