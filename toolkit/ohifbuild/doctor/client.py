"""An HTTP client for servers that may be broken or hostile: it limits time and bytes, and follows no redirects."""

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
"""Why there is no answer, or only its beginning."""

AT_A_TIME = 6
CONNECT_SECONDS = 8.0
ANSWER_SECONDS = 20.0
ALL_SECONDS = 90.0
"""For all requests to a deployment together."""

SHORT = 64 * 1024
"""Bytes of a body that are read by default."""

USER_AGENT = "ohifbuild-doctor"


@dataclass(frozen=True)
class Answer:
    """The answer to a request.

    Args:
        url: the URL that was requested, without its query.
        status: the status; 0 if there is no answer.
        headers: in order, with repetitions; names in lower case.
        body: the beginning of the body as it was sent, not decompressed.
        whole: whether ``body`` is the whole body.
        failure: why there is no answer, or only its beginning; '' if it is complete.
    """

    url: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    whole: bool = True
    failure: RequestFailure = ""

    def all(self, name: str) -> list[str]:
        """All values of a header."""
        return [value for key, value in self.headers if key == name.lower()]

    def get(self, name: str) -> str:
        """The values of a header, joined with commas; '' if it is missing."""
        return ", ".join(self.all(name))

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case."""
        return self.get("content-type").partition(";")[0].strip().lower()


class Client:
    """Sends requests; ``client`` creates it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._until = time.monotonic() + ALL_SECONDS
        self._turns = asyncio.Semaphore(AT_A_TIME)

    async def ask(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, limit: int = SHORT
    ) -> Answer:
        """The answer to one request. Redirects and failures are answers too.

        Args:
            url: an encoded URL.
            method: the request's method.
            headers: the request's headers.
            limit: how many bytes of the body are read.
        """
        shown = url.partition("?")[0]
        async with self._turns:
            seconds = min(ANSWER_SECONDS, self._until - time.monotonic())
            if seconds <= 0:
                return Answer(shown, failure="timeout")
            began: list[Answer] = []
            try:
                async with asyncio.timeout(seconds):
                    return await self._answer(url, shown, method, headers or {}, limit, began)
            except (aiohttp.ClientError, OSError, ValueError) as error:
                if began:
                    return Answer(shown, began[0].status, began[0].headers, whole=False, failure=failure_of(error))
                return Answer(shown, failure=failure_of(error))

    async def _answer(
        self, url: str, shown: str, method: str, headers: Mapping[str, str], limit: int, began: list[Answer]
    ) -> Answer:
        request = self._session.request(method, URL(url, encoded=True), headers=headers, allow_redirects=False)
        async with request as response:
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
    """A client that checks certificates with the context ``trust``."""
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
    """The kind of failure that an exception stands for."""
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
