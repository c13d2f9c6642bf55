"""The web application that serves a dist and its archive from one origin, and the socket it listens on."""

from __future__ import annotations

import errno
import logging
import os
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from aiohttp import web

from ohifbuild.config.places import overlaps
from ohifbuild.contract.place import below, is_plain
from ohifbuild.contract.settings import Settings
from ohifbuild.core.errors import DistInvalid, PortInUse
from ohifbuild.server.archive_rules import ALLOW, METHODS, RESPONSE_HEADERS_SET, SCRIPT_REPLACEMENT, SCRIPT_TYPE
from ohifbuild.server.clients import (
    BODY_SECONDS,
    REQUEST_SECONDS,
    accepting,
    listening_sockets,
    owing,
    owing_no_more,
)
from ohifbuild.server.headers import CACHE_NEVER, ISOLATION

LONGEST_HEADER = 64 * 1024
"""Bytes of a request line or header. Links and tokens beyond their limits must arrive, to get a proper answer."""

GRACE_SECONDS = 5.0
"""How long open transfers may continue after the server was stopped."""

PORTS_TRIED = 100

SILENT = logging.Logger("ohifbuild.server.web_server")
"""A logger without output: aiohttp's own prints requests, with their tokens, when clients disconnect."""

SILENT.addHandler(logging.NullHandler())

OPTIONS: Mapping[str, Any] = {
    "access_log": None,
    "logger": SILENT,
    "max_line_size": LONGEST_HEADER,
    "max_field_size": LONGEST_HEADER,
    "auto_decompress": False,
    "keepalive_timeout": REQUEST_SECONDS,
    "lingering_time": BODY_SECONDS,
}
"""Those of ``web.RequestHandler``."""

HOST = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[^\s\[\]:@/?#]+)(?::[0-9]{0,5})?")
"""A Host header (RFC 9110 7.2), in lower case."""

ArchiveHandler = Callable[[web.Request, str], Awaitable[web.StreamResponse]]


class Files(Protocol):
    """The viewer's files."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answers a request that is not for an archive."""


def application(
    files: Files,
    root: str,
    to_archive: ArchiveHandler,
    *,
    further: Mapping[str, ArchiveHandler] | None = None,
    names: Collection[str] | None = None,
    on_error: Callable[[str], None] = lambda _: None,
) -> web.Application:
    """The application that sends requests under ``root`` to the archive and answers all others from the dist.

    Args:
        root: the path of the DICOMweb root.
        to_archive: answers a request to the archive; its second argument is the raw path below the root.
        further: the handlers of further roots, by their paths.
        names: host names that a Host header may have, in lower case; IP addresses and this machine's loopback names
            are always allowed; None allows every host.
        on_error: is called with a line about each internal error; the line holds nothing of the request.
    """

    handlers = {root: to_archive, **(further or {})}

    def archive_of(request: web.Request) -> tuple[ArchiveHandler, str] | None:
        path = request.raw_path.partition("?")[0]
        found = [(handler, tail) for place, handler in handlers.items() if (tail := below(path, place)) is not None]
        return min(found, key=lambda one: len(one[1]), default=None)

    async def dispatch(request: web.Request) -> web.StreamResponse:
        try:
            return await choose(request)
        except ConnectionError:  # the client has gone
            raise
        except Exception as error:
            on_error(f"A request failed with an internal error: {type(error).__name__}.")
            return web.Response(status=500, text="Internal server error.\n")

    async def choose(request: web.Request) -> web.StreamResponse:
        if names is not None and not is_known(request.headers.getall("Host", []), names):
            return _refused(421, "This host name is not allowed. (ohifbuild serve --allowed-host NAME)")
        found = archive_of(request)
        if found is None:
            return await files.handle(request)
        handler, tail = found
        return _refusal(request) or await handler(request, tail)

    async def finish(request: web.Request, response: web.StreamResponse) -> None:
        if archive_of(request) is None:
            for name, value in ISOLATION.items():
                response.headers.setdefault(name, value)
        else:
            response.headers.update(RESPONSE_HEADERS_SET)
            types = response.headers.getall("Content-Type", [])
            # Of several, a browser takes the last one that it can read (Fetch 3.2.1).
            if len(types) > 1 or any(re.search(SCRIPT_TYPE, value, re.IGNORECASE) for value in types):
                response.headers["Content-Type"] = SCRIPT_REPLACEMENT
        if "aiohttp" in response.headers.get("Server", ""):
            response.headers["Server"] = "ohifbuild"

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", dispatch, expect_handler=_answer_at_once)
    app.on_response_prepare.append(finish)
    return app


async def _answer_at_once(request: web.Request) -> None:
    """Ignores ``Expect``: no body is read, and aiohttp would send 100 before our rules have seen the request."""


def is_known(hosts: Sequence[str], names: Collection[str]) -> bool:
    """Whether the Host header of a request names this server.

    This prevents DNS rebinding: another site lets its own host name resolve to this server, and its pages can then read
    this server's answers. That is impossible with an IP address and with names that browsers resolve to loopback.

    Args:
        hosts: every Host header of the request.
        names: host names that are allowed, in lower case.
    """
    found = HOST.fullmatch(hosts[0].lower()) if len(hosts) == 1 else None
    if not found:
        return False
    host = found["host"].strip("[]").removesuffix(".")
    return host in names or is_loopback(host) or _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _refusal(request: web.Request) -> web.Response | None:
    """The answer to a request that must not reach the archive; None if it may."""
    path, _, query = request.raw_path.partition("?")
    if request.method not in METHODS:
        return _refused(405, f"Only {' and '.join(METHODS)} are allowed for the archive.", {"Allow": ALLOW})
    if not is_plain(path) or "#" in query:
        return _refused(400, "This path is ambiguous: servers read it in different ways.")
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return _refused(403, "Pages of other sites have no access to the archive.")
    return None


def _refused(status: int, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=f"{text}\n", headers={"Cache-Control": CACHE_NEVER, **(headers or {})})


@asynccontextmanager
async def listening(
    app: web.Application,
    host: str,
    port: int,
    *,
    ssl_context: ssl.SSLContext | None = None,
    grace: float = GRACE_SECONDS,
) -> AsyncIterator[str]:
    """Runs an application for the length of the block; yields its origin, such as ``http://127.0.0.1:8080``.

    Args:
        port: 0 for any free one.
        ssl_context: for HTTPS; None for HTTP.
        grace: seconds that open transfers have to end.

    Raises:
        PortInUse: the address is in use, not this machine's, or this user may not use it.
    """
    app.middlewares.insert(0, owing)
    app.on_response_prepare.append(owing_no_more)
    runner = web.AppRunner(
        app,
        handler_cancellation=True,  # of requests whose client has gone
        shutdown_timeout=grace / 2,  # aiohttp waits this long twice: before and after it cancels the handlers
    )
    await runner.setup()
    try:
        assert runner.server is not None
        try:
            sockets = await listening_sockets(host, port)
        except OSError as error:
            raise _cannot_listen(host, port, error) from error
        bound = sockets[0].getsockname()[1]
        scheme = "https" if ssl_context else "http"
        async with accepting(runner.server, sockets, ssl_context, **OPTIONS):
            yield f"{scheme}://{in_url(host)}:{bound}"
    finally:
        await runner.cleanup()


def same_origin_root(dist: Path, settings: Settings) -> str:
    """The path of the DICOMweb root that the dist uses on its own origin, without a slash at the end.

    Raises:
        DistInvalid: the dist uses an archive at another origin, or viewer and archive have the same place.
    """
    shared = overlaps(settings.public_url, settings.all_roots)
    if shared:
        raise DistInvalid(
            f"{dist} cannot be served: {shared[0]}.",
            cause="An older ohifbuild built it, from a recipe that is refused today.",
            fix="Build it again with another public_url or dicomweb_root.",
        )
    if not urlsplit(settings.dicomweb_root).netloc:
        return settings.dicomweb_root
    raise DistInvalid(
        f"{dist} connects directly to the archive at {settings.dicomweb_root}.",
        cause="It was built for an archive at another origin. This command serves viewer and archive from one origin.",
        fix="Build it with a path as --dicomweb-root, such as /dicom-web.",
    )


def is_loopback(host: str) -> bool:
    """Whether a host is loopback, which browsers trust without HTTPS (W3C Secure Contexts 3.1)."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def in_url(host: str) -> str:
    """A host in the form that URLs use: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host else host


def _cannot_listen(host: str, port: int, error: OSError) -> PortInUse:
    if error.errno == errno.EADDRINUSE:
        free = _next_free(host, port)
        fix = f"Use the next free port: --port {free}" if free else "Choose another port: --port 0 takes any free one."
    elif error.errno == errno.EACCES:
        fix = "Use a port of 1024 or above, such as: --port 8443"
    else:
        fix = "Give an address of this machine to --host. This command lists them: ip -brief address"
    # asyncio's own text repeats the address.
    reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
    return PortInUse(f"Cannot listen on {in_url(host)}:{port}.", cause=f"{reason}.", fix=fix)


def _next_free(host: str, port: int) -> int:
    """The first free port among the ``PORTS_TRIED`` after this one; 0 if none is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in range(port + 1, min(port + PORTS_TRIED, 65535) + 1):
        with socket.socket(family) as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, number))
            return number
    return 0
