"""A streaming reverse proxy to a real DICOMweb archive.

The proxy streams answers in large pieces, no faster than the client reads them. If all connections to the archive are
in use, a client that does not read its answer loses its connection to one that waits. The proxy stores, unpacks and
logs nothing, and follows no redirects. It sends the request as it came, without its body, hop-by-hop headers (RFC 9110
7.6.1) and the headers that ``archive_rules.py`` removes, and adds ``X-Forwarded-*``, from which Orthanc and others make
absolute URLs. Of the archive's response headers it returns those that ``archive_rules.py`` allows.
"""

from __future__ import annotations

import asyncio
import re

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from ohifbuild.server.archive_rules import (
    CHALLENGE_REPLACEMENT,
    COOKIE,
    DIALOG_CHALLENGE,
    REDIRECTS,
    REQUEST_HEADERS_REMOVED,
    RESPONSE_HEADERS_ALLOWED,
)
from ohifbuild.server.places import Place, Places

CONNECTIONS = 64
"""Simultaneous connections to the archive. A browser opens six, and an archive has a few dozen threads."""

PIECE = 256 * 1024
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 300.0
"""How long the archive may take to begin its answer, and how long it may then send nothing, before the request fails.
Transcoding can take minutes."""

LONGEST_HEADER = 64 * 1024
"""Bytes of a status line or header."""

CONNECTION_HEADERS = frozenset(
    {
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
BODY_HEADERS = frozenset({"content-encoding", "content-length", "content-type"})
FINAL = range(200, 600)
"""Statuses of final answers (RFC 9110 15)."""

PRINTABLE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")
"""Matches the value of a header that can be sent on: no control characters, and valid UTF-8."""

NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that aiohttp would add to requests."""


class Upstream:
    """An archive that requests are sent to.

    Args:
        url: its DICOMweb root, http or https.
        session: whether the browser's cookies and sign-in are for it.
    """

    def __init__(self, url: str, *, session: bool = False) -> None:
        self._session_too = session
        self.name = str(URL(url).with_user(None))
        self._root = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None
        self._places: Places | None = None

    async def open(self) -> None:
        """Creates the HTTP session."""
        self._places = Places(CONNECTIONS)
        self._places.start()
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS),
            skip_auto_headers=NOT_ADDED,
            read_bufsize=PIECE,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
        )

    async def close(self) -> None:
        """Closes all connections."""
        if self._places:
            self._places.stop()
        if self._session:
            await self._session.close()

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        """Sends a request to the archive and returns the archive's answer.

        The answer is 504 if the archive is too slow, and 502 if it cannot be reached or redirects.

        Args:
            request: a GET or HEAD request.
            tail: the raw path below the archive's root, without a leading slash; plain (``contract/place.py``).
        """
        assert self._places is not None
        place = Place(request.transport.get_extra_info("socket") if request.transport else None, owed=True)
        try:
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    await self._places.take(place)
                    upstream = await self._ask(request, tail)
            except TimeoutError:
                return _gateway_error(504, "The archive does not answer in time.")
            except (aiohttp.ClientError, OSError, ValueError):
                return _gateway_error(502, "The archive cannot be reached.")
            async with upstream:
                if upstream.status in REDIRECTS:
                    return _gateway_error(502, "The archive redirects, and redirects are not followed.")
                if upstream.status not in FINAL:
                    return _gateway_error(502, "The archive answers with an invalid status.")
                return await _archive_response(request, upstream, place, session=self._session_too)
        finally:
            self._places.leave(place)

    async def _ask(self, request: web.Request, tail: str) -> aiohttp.ClientResponse:
        assert self._session is not None
        query = request.raw_path.partition("?")[2]
        return await self._session.request(
            request.method,
            URL(f"{self._root}/{tail}{'?' + query if query else ''}", encoded=True),
            headers=archive_request_headers(request, session=self._session_too),
            allow_redirects=False,
        )


def archive_request_headers(request: web.Request, *, session: bool = False) -> CIMultiDict[str]:
    """The headers of the request to the archive; with ``session`` its cookies too."""
    named = {name.strip().lower() for value in request.headers.getall("Connection", []) for name in value.split(",")}
    removed = {name.lower() for name in REQUEST_HEADERS_REMOVED if not (session and name == COOKIE)}
    dropped = CONNECTION_HEADERS | BODY_HEADERS | named | removed
    headers = CIMultiDict((name, value) for name, value in request.headers.items() if name.lower() not in dropped)
    clients = [*request.headers.getall("X-Forwarded-For", []), request.remote or ""]
    headers["X-Forwarded-For"] = ", ".join(filter(None, clients))
    headers.setdefault("X-Forwarded-Host", request.headers.get("Host", ""))
    headers.setdefault("X-Forwarded-Proto", request.scheme)
    return headers


def opens_dialog(name: str, value: str) -> bool:
    """Whether a header of the archive makes browsers ask for a name and a password."""
    return name.lower() == "www-authenticate" and bool(re.search(DIALOG_CHALLENGE, value, re.IGNORECASE))


async def _archive_response(
    request: web.Request, upstream: aiohttp.ClientResponse, place: Place, *, session: bool
) -> web.StreamResponse:
    headers = CIMultiDict(
        (name, CHALLENGE_REPLACEMENT if not session and opens_dialog(name, value) else value)
        for name, value in upstream.headers.items()
        if name.lower() in RESPONSE_HEADERS_ALLOWED and PRINTABLE.fullmatch(value)
    )
    response = web.StreamResponse(status=upstream.status, headers=headers)
    await response.prepare(request)
    try:
        if request.method != "HEAD":
            while piece := await upstream.content.readany():
                place.owed = False
                await response.write(piece)
                place.owed = True
        await response.write_eof()
    except (aiohttp.ClientError, OSError):
        # One side closed the connection. The client must see that the answer is incomplete.
        if request.transport:
            request.transport.abort()
    return response


def _gateway_error(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text + "\n", headers={"Cache-Control": "no-store"})
