"""Serves a dist, with a real archive behind it at the dist's DICOMweb root, over http or https."""

from __future__ import annotations

import asyncio
import signal
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.console import Reporter
from ohifbuild.server.archive_probe import check_archive
from ohifbuild.server.certificates import SelfSigned, names_of
from ohifbuild.server.headers import connects_to
from ohifbuild.server.proxy import Upstream
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application, in_url, is_loopback, listening, own_root

STOPPING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Secure:
    """HTTPS: ``self_signed`` is the certificate if it is our own, which nobody trusts yet."""

    context: ssl.SSLContext
    self_signed: SelfSigned | None = None


def serve(
    dist: Path,
    dicomweb: str,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    reporter: Reporter,
    secure: Secure | None = None,
    allowed_hosts: Sequence[str] = (),
) -> None:
    """Serves until it is told to stop by Ctrl-C or SIGTERM; transfers under way then get a few seconds.

    Public URL and DICOMweb root are those that the dist was built for.

    Args:
        dicomweb: the real archive's DICOMweb root, an http or https URL.
        port: 0 for any free one.
        secure: for https.
        allowed_hosts: by which names it is reached besides those of ``host``, of this machine and every address.

    Raises:
        DistInvalid: the folder is no dist of ours, or talks to an archive at another origin by itself.
        ArchiveUnreachable: the archive does not answer as DICOMweb.
        PortInUse: the address is taken; ``fix`` names the next free one.
    """
    settings = read_settings(dist)
    root = own_root(dist, settings)
    names = {name.lower() for name in (*names_of(host), *allowed_hosts)}
    files = StaticFiles(dist, settings.public_url, connects_to(settings))
    asyncio.run(_serve(files, settings, root, dicomweb, host, names, port, reporter, secure))


async def _serve(
    files: StaticFiles,
    settings: Settings,
    root: str,
    dicomweb: str,
    host: str,
    names: set[str],
    port: int,
    reporter: Reporter,
    secure: Secure | None,
) -> None:
    await _warn_about_archive(dicomweb, root, reporter)
    if not secure and not is_loopback(host):
        reporter.warn(
            f"Over http at {names_of(host)[0]}, token and images cross the network for all to read, and browsers give "
            "the page no shared memory: OHIF up to 3.8 stays blank. Add --https."
        )
    upstream = Upstream(dicomweb)
    app = application(files, root, upstream.handle, names=names, tell=reporter.warn)
    await upstream.open()
    try:
        with _told_to_stop() as told:
            async with listening(app, host, port, ssl_context=secure.context if secure else None) as origin:
                _say_where(origin, host, settings, secure, reporter)
                await told.wait()
                reporter.say("Stopping; transfers under way may end. Ctrl-C again ends them.")
    finally:
        await upstream.close()


async def _warn_about_archive(dicomweb: str, root: str, reporter: Reporter) -> None:
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


def _say_where(origin: str, host: str, settings: Settings, secure: Secure | None, reporter: Reporter) -> None:
    scheme, port = urlsplit(origin).scheme, urlsplit(origin).port
    origins = [f"{scheme}://{in_url(name)}:{port}" for name in names_of(host)]
    for other in origins:
        reporter.say(f"The viewer is at {other}{settings.public_url}")
    reporter.say(f"A link: {origins[0]}{settings.public_url}viewer?StudyInstanceUIDs=UID&{settings.token_param}=TOKEN")
    if secure and secure.self_signed:
        made = secure.self_signed
        reporter.say(f"Its certificate is {'new, and ' if made.made else ''}made by ohifbuild: browsers warn of it.")
        reporter.say(f"  SHA-256, to compare before you go on: {made.fingerprint}")
        reporter.say(f"  To trust it for good, import {made.certificate} (docs/reference/serving.md says how).")
    reporter.say("Ctrl-C stops.")


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
