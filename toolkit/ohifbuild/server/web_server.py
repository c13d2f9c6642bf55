"""One origin: the dist at its public URL and the archive at the DICOMweb root."""

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
from urllib.parse import urlsplit

from aiohttp import web

from ohifbuild.contract.place import below, is_plain
from ohifbuild.contract.settings import Settings
from ohifbuild.core.errors import DistInvalid, PortInUse
from ohifbuild.server.archive_rules import ADDED, ALLOW, INSTEAD_OF_SCRIPT, METHODS, SCRIPT_TYPE
from ohifbuild.server.headers import ISOLATION, NEVER_STORED
from ohifbuild.server.static_files import StaticFiles

LONGEST_HEADER = 64 * 1024
"""Bytes of a request line or header; tokens of 16 KiB have to get here to be refused properly."""

GRACE_SECONDS = 5.0
"""How long transfers under way may go on after the server was told to stop."""

PORTS_TRIED = 100

HOST = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[^\s\[\]:@/?#]+)(?::[0-9]{0,5})?")
"""A Host header (RFC 9110 7.2), in lower case."""

ToArchive = Callable[[web.Request, str], Awaitable[web.StreamResponse]]


def application(
    files: StaticFiles,
    root: str,
    to_archive: ToArchive,
    *,
    names: Collection[str] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> web.Application:
    """The application that sends what is under ``root`` (a path) to the archive, and the rest to the dist.

    Args:
        names: by which hosts it is known, besides this machine's own and every address, in lower case; None for any.
        tell: is told of defects, in a line without anything of the request's.
    """

    async def dispatch(request: web.Request) -> web.StreamResponse:
        try:
            return await choose(request)
        except ConnectionError:  # the client has gone
            raise
        except Exception as error:
            tell(f"A request could not be answered: {type(error).__name__}.")
            return web.Response(status=500, text="Something went wrong in this server.\n")

    async def choose(request: web.Request) -> web.StreamResponse:
        if names is not None and not is_known(request.headers.getall("Host", []), names):
            return _refused(421, "This server does not go by that name. (ohifbuild serve --allowed-host NAME)")
        tail = below(request.raw_path.partition("?")[0], root)
        if tail is None:
            return await files.handle(request)
        return _refusal(request) or await to_archive(request, tail)

    async def finish(request: web.Request, response: web.StreamResponse) -> None:
        if below(request.raw_path.partition("?")[0], root) is None:
            for name, value in ISOLATION.items():
                response.headers.setdefault(name, value)
        else:
            response.headers.update(ADDED)
            if re.search(SCRIPT_TYPE, response.headers.get("Content-Type", ""), re.IGNORECASE):
                response.headers["Content-Type"] = INSTEAD_OF_SCRIPT
        if "aiohttp" in response.headers.get("Server", ""):
            response.headers["Server"] = "ohifbuild"

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", dispatch)
    app.on_response_prepare.append(finish)
    return app


def is_known(hosts: Sequence[str], names: Collection[str]) -> bool:
    """Whether a request's Host header names this server.

    A page of another site may have its own name lead here, and then reads what is served here as its own (DNS
    rebinding). It cannot have that of an address, or one that browsers know to be their own machine.

    Args:
        hosts: every Host header.
        names: hosts that are allowed, in lower case.
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
    """Why a request for the archive is not passed on; None if it is."""
    path, _, query = request.raw_path.partition("?")
    if request.method not in METHODS:
        return _refused(405, f"Only {' and '.join(METHODS)} are passed on to the archive.", {"Allow": ALLOW})
    if not is_plain(path) or "#" in query:
        return _refused(400, "Servers would read this address in different ways.")
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return _refused(403, "Pages of other sites do not get to the archive.")
    return None


def _refused(status: int, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=f"{text}\n", headers={"Cache-Control": NEVER_STORED, **(headers or {})})


@asynccontextmanager
async def listening(
    app: web.Application,
    host: str,
    port: int,
    *,
    ssl_context: ssl.SSLContext | None = None,
    grace: float = GRACE_SECONDS,
) -> AsyncIterator[str]:
    """The application, listening for the length of the block; yields its origin, such as ``http://127.0.0.1:8080``.

    Args:
        port: 0 for any free one.
        grace: seconds that transfers under way get at the end.

    Raises:
        PortInUse: the address is taken, or not ours to take.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=_nobody(),
        max_line_size=LONGEST_HEADER,
        max_field_size=LONGEST_HEADER,
        auto_decompress=False,
        shutdown_timeout=grace / 2,  # aiohttp waits so long twice: before and after it tells the handlers
    )
    await runner.setup()
    try:
        place = web.TCPSite(runner, host, port, ssl_context=ssl_context, backlog=512)
        try:
            await place.start()
        except OSError as error:
            raise _not_ours(host, port, error) from error
        bound = runner.addresses[0][1]
        scheme = "https" if ssl_context else "http"
        yield f"{scheme}://{in_url(host)}:{bound}"
    finally:
        await runner.cleanup()


def own_root(dist: Path, settings: Settings) -> str:
    """The path at which the dist expects its archive, without a slash at the end.

    Raises:
        DistInvalid: it talks to an archive at another origin by itself.
    """
    if not urlsplit(settings.dicomweb_root).netloc:
        return settings.dicomweb_root
    raise DistInvalid(
        f"{dist} talks to the archive at {settings.dicomweb_root} by itself.",
        cause="It was built for an archive at another origin; here, viewer and archive are served from one.",
        fix="Build it with a path as --dicomweb-root, such as /dicom-web.",
    )


def _nobody() -> logging.Logger:
    """A logger that tells nobody: aiohttp's own would print requests, with their tokens, when clients break off."""
    logger = logging.Logger("ohifbuild.server.web_server")
    logger.addHandler(logging.NullHandler())
    return logger


def is_loopback(host: str) -> bool:
    """Whether a host is the browser's own machine, which browsers trust without https (W3C Secure Contexts 3.1)."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def in_url(host: str) -> str:
    """A host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def _not_ours(host: str, port: int, error: OSError) -> PortInUse:
    if error.errno == errno.EADDRINUSE:
        free = _next_free(host, port)
        fix = f"The next free one: --port {free}" if free else "Choose another one with --port, or 0 for any free one."
    elif error.errno == errno.EACCES:
        fix = "Ports below 1024 are not everybody's: --port 8443"
    else:
        fix = "Choose an address of this machine with --host: ip -brief address"
    # asyncio puts the address before the reason once more.
    reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
    return PortInUse(f"Cannot listen on {in_url(host)}:{port}.", cause=f"{reason}.", fix=fix)


def _next_free(host: str, port: int) -> int:
    """The first port behind this one that can be had at the moment; 0 if it is far."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in range(port + 1, min(port + PORTS_TRIED, 65535) + 1):
        with socket.socket(family) as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, number))
            return number
    return 0
