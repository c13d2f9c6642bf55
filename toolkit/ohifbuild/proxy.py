"""A streaming reverse proxy to a real DICOMweb archive.

Bodies go through in large pieces as they come, both ways, no faster than the receiver takes them; nothing is kept,
unpacked, followed or logged. What is passed on is the request as it was sent, less the headers that concern the
connection (RFC 9110 7.6.1), plus who asked for which host (``X-Forwarded-*``): Orthanc and others make their absolute
URLs from that.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

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

        502 or 504 where there is none, 400 for a path that might lead out of the archive's root.

        Args:
            tail: the raw path below the archive's root, without a leading slash.
        """
        assert self._session is not None
        if not is_plain(tail):
            return _no_answer(400, "This path is not a plain one.")
        query = request.raw_path.partition("?")[2]
        url = URL(f"{self._root}/{tail}{'?' + query if query else ''}", encoded=True)
        asking = self._session.request(
            request.method,
            url,
            headers=passed_on(request),
            data=request.content if request.can_read_body else None,
            allow_redirects=False,
        )
        try:
            upstream = await asking
        except (aiohttp.ServerTimeoutError, TimeoutError):
            return _no_answer(504, "The archive behind this viewer does not answer in time.")
        except (aiohttp.ClientError, OSError, ValueError):
            return _no_answer(502, "The archive behind this viewer cannot be reached.")
        async with upstream:
            return await _passed_back(request, upstream)


def is_plain(tail: str) -> bool:
    """Whether a raw path means what it says: no way up, no empty step, no encoded slash, backslash or control."""
    steps = [unquote(step) for step in tail.removesuffix("/").split("/")]
    return not tail or all(
        step not in ("", ".", "..") and not any(char in "/\\" or char < " " for char in step) for step in steps
    )


def passed_on(request: web.Request) -> CIMultiDict[str]:
    """The headers for the archive."""
    headers = _end_to_end(request.headers)
    asked_by = [*request.headers.getall("X-Forwarded-For", []), request.remote or ""]
    headers["X-Forwarded-For"] = ", ".join(filter(None, asked_by))
    headers.setdefault("X-Forwarded-Host", request.headers.get("Host", ""))
    headers.setdefault("X-Forwarded-Proto", request.scheme)
    return headers


async def _passed_back(request: web.Request, upstream: aiohttp.ClientResponse) -> web.StreamResponse:
    headers = _end_to_end(upstream.headers)
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


def _end_to_end(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """The headers but those that concern one connection only."""
    named = {name.strip().lower() for value in headers.getall("Connection", []) for name in value.split(",")}
    dropped = CONNECTION_HEADERS | named
    kept: Iterable[tuple[str, str]] = ((name, value) for name, value in headers.items() if name.lower() not in dropped)
    return CIMultiDict(kept)


def _no_answer(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text + "\n", headers={"Cache-Control": "no-store"})
