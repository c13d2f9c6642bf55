"""A streaming reverse proxy to a real DICOMweb archive.

Answers go through in large pieces as they come, no faster than the receiver takes them; nothing is kept, unpacked,
followed or logged. What is passed on is the request as it was sent, less its body, the headers that concern the
connection (RFC 9110 7.6.1) and those of ``archive_rules.py``, plus who asked for which host (``X-Forwarded-*``):
Orthanc and others make their absolute URLs from that. What is passed back is what ``archive_rules.py`` lets pass.
"""

from __future__ import annotations

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from ohifbuild.server.archive_rules import NOT_PASSED_ON, PASSED_BACK, REDIRECTS

CONNECTIONS = 64
"""To the archive at a time; browsers open six, and an archive has few dozen threads."""

PIECE = 256 * 1024
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 300.0
"""An archive may take its time to transcode; after this long without a byte it is given up."""

LONGEST_HEADER = 64 * 1024

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
OF_THE_BODY = frozenset({"content-encoding", "content-length", "content-type"})
NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""What the client library would add of its own."""


class Upstream:
    """The archive at ``url`` (its DICOMweb root, http or https)."""

    def __init__(self, url: str) -> None:
        self.name = str(URL(url).with_user(None))
        self._root = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Makes ready to connect."""
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
        if self._session:
            await self._session.close()

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        """Passes a request on, and the archive's answer back.

        502 or 504 where there is none, and 502 where it is a redirect.

        Args:
            request: a GET or HEAD request.
            tail: the raw path below the archive's root, without a leading slash; plain (``contract/place.py``).
        """
        assert self._session is not None
        query = request.raw_path.partition("?")[2]
        url = URL(f"{self._root}/{tail}{'?' + query if query else ''}", encoded=True)
        asking = self._session.request(
            request.method,
            url,
            headers=passed_on(request),
            allow_redirects=False,
        )
        try:
            upstream = await asking
        except (aiohttp.ServerTimeoutError, TimeoutError):
            return _no_answer(504, "The archive behind this viewer does not answer in time.")
        except (aiohttp.ClientError, OSError, ValueError):
            return _no_answer(502, "The archive behind this viewer cannot be reached.")
        async with upstream:
            if upstream.status in REDIRECTS:
                return _no_answer(502, "The archive behind this viewer sends elsewhere, which is not followed.")
            return await _passed_back(request, upstream)


def passed_on(request: web.Request) -> CIMultiDict[str]:
    """The headers for the archive."""
    named = {name.strip().lower() for value in request.headers.getall("Connection", []) for name in value.split(",")}
    dropped = CONNECTION_HEADERS | OF_THE_BODY | named | {name.lower() for name in NOT_PASSED_ON}
    headers = CIMultiDict((name, value) for name, value in request.headers.items() if name.lower() not in dropped)
    asked_by = [*request.headers.getall("X-Forwarded-For", []), request.remote or ""]
    headers["X-Forwarded-For"] = ", ".join(filter(None, asked_by))
    headers.setdefault("X-Forwarded-Host", request.headers.get("Host", ""))
    headers.setdefault("X-Forwarded-Proto", request.scheme)
    return headers


async def _passed_back(request: web.Request, upstream: aiohttp.ClientResponse) -> web.StreamResponse:
    headers = CIMultiDict((name, value) for name, value in upstream.headers.items() if name.lower() in PASSED_BACK)
    response = web.StreamResponse(status=upstream.status, reason=upstream.reason, headers=headers)
    await response.prepare(request)
    try:
        if request.method != "HEAD":
            while piece := await upstream.content.readany():
                await response.write(piece)
        await response.write_eof()
    except (aiohttp.ClientError, OSError):
        # Either end is gone. The client must not take what it has for the whole.
        if request.transport:
            request.transport.abort()
    return response


def _no_answer(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text + "\n", headers={"Cache-Control": "no-store"})
