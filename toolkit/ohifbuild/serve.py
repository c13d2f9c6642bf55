"""Serves a dist, with a real archive behind it at the dist's DICOMweb root."""

from __future__ import annotations

import asyncio
import signal
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from ohifbuild.console import Reporter
from ohifbuild.proxy import Upstream
from ohifbuild.reach import check_archive
from ohifbuild.server import application, listening, own_root
from ohifbuild.static import StaticFiles
from ohifbuild.verify.settings import Settings, read_settings

STOPPING = (signal.SIGINT, signal.SIGTERM)


def serve(
    dist: Path,
    dicomweb: str,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    reporter: Reporter,
    ssl_context: ssl.SSLContext | None = None,
) -> None:
    """Serves until it is told to stop by Ctrl-C or SIGTERM; transfers under way then get a few seconds.

    Public URL and DICOMweb root are those that the dist was built for.

    Args:
        dicomweb: the real archive's DICOMweb root, an http or https URL.
        port: 0 for any free one.

    Raises:
        DistInvalid: the folder is no dist of ours, or talks to an archive at another origin by itself.
        ArchiveUnreachable: the archive does not answer as DICOMweb.
        PortInUse: the address is taken.
    """
    settings = read_settings(dist)
    root = own_root(dist, settings)
    asyncio.run(_serve(dist, settings, root, dicomweb, host, port, reporter, ssl_context))


async def _serve(
    dist: Path,
    settings: Settings,
    root: str,
    dicomweb: str,
    host: str,
    port: int,
    reporter: Reporter,
    ssl_context: ssl.SSLContext | None,
) -> None:
    if await check_archive(dicomweb):
        reporter.say("The archive answers, and wants a token.")
    else:
        reporter.warn(
            "The archive answers without a token. The viewer is confined to its link's studies, but whoever can reach "
            "this address can ask the archive for all."
        )
    if urlsplit(dicomweb).path.rstrip("/") != root:
        reporter.warn(
            f"The viewer's DICOMweb root is {root}, the archive's is {urlsplit(dicomweb).path}: if the archive writes "
            "its own path into URLs of bulk data, documents and segmentations will not load."
        )
    if not ssl_context and not _is_loopback(host):
        reporter.warn(
            f"Over http and at {host}, browsers treat the page as insecure and OHIF cannot show volumes; put a server "
            "with TLS in front."
        )
    upstream = Upstream(dicomweb)
    app = application(StaticFiles(dist, settings.public_url), root, upstream.handle, tell=reporter.warn)
    await upstream.open()
    try:
        with _told_to_stop() as told:
            async with listening(app, host, port, ssl_context=ssl_context) as origin:
                reporter.say(f"The viewer is at {origin}{settings.public_url}")
                reporter.say(
                    f"A link: {origin}{settings.public_url}viewer?StudyInstanceUIDs=UID&{settings.token_param}=TOKEN"
                )
                reporter.say("Ctrl-C stops.")
                await told.wait()
                reporter.say("Stopping; transfers under way may end.")
    finally:
        await upstream.close()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _told_to_stop() -> Iterator[asyncio.Event]:
    """An event that is set by Ctrl-C or SIGTERM; a second Ctrl-C stops at once."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    previous = {number: signal.getsignal(number) for number in STOPPING}

    def stop() -> None:
        told.set()
        _give_back()

    def _give_back() -> None:
        for number, handler in previous.items():
            loop.remove_signal_handler(number)
            with suppress(TypeError):
                signal.signal(number, handler)

    for number in STOPPING:
        loop.add_signal_handler(number, stop)
    try:
        yield told
    finally:
        _give_back()
