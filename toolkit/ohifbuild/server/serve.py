"""``ohifbuild serve``: a dist, and a real archive at its DICOMweb root, over HTTP or HTTPS."""

from __future__ import annotations

import asyncio
import signal
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import DistInvalid
from ohifbuild.server.archive_paths import paths_at_archive
from ohifbuild.server.archive_probe import check_archive
from ohifbuild.server.certificates import SelfSigned, host_names
from ohifbuild.server.clients import allow_more_descriptors
from ohifbuild.server.headers import connects_to
from ohifbuild.server.proxy import Upstream
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application, in_url, is_loopback, listening, same_origin_root

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Https:
    """How HTTPS is served.

    Args:
        context: the server's TLS context.
        self_signed: the certificate, if ohifbuild made it.
    """

    context: ssl.SSLContext
    self_signed: SelfSigned | None = None


def serve(
    dist: Path,
    dicomweb: str,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    reporter: Reporter,
    https: Https | None = None,
    allowed_hosts: Sequence[str] = (),
    further: Mapping[str, str] | None = None,
) -> None:
    """Serves a dist until Ctrl-C or SIGTERM; open transfers then have a few seconds to end.

    Public URL and DICOMweb root are those that the dist was built for.

    Args:
        dicomweb: the archive's DICOMweb root, an http or https URL.
        host: the address to listen on.
        port: 0 for any free one.
        https: how to serve HTTPS; None for HTTP.
        allowed_hosts: further names that a Host header may have. The names of ``host``, the names of this machine and
            all IP addresses are always allowed.
        further: the DICOMweb roots of the dist's further archives, by name.

    Raises:
        DistInvalid: the folder is not a dist of ohifbuild, the dist uses an archive at another origin, or ``further``
            lacks one of its archives or names another.
        ArchiveUnreachable: the archive does not answer as DICOMweb.
        PortInUse: the address is in use; ``fix`` names the next free port.
    """
    settings = read_settings(dist)
    root = same_origin_root(dist, settings)
    allow_more_descriptors()
    names = {name.lower() for name in (*host_names(host), *allowed_hosts)}
    files = StaticFiles(dist, settings.public_url, connects_to(settings), settings.embed_in)
    behind = upstreams(dist, settings, {settings.source_name: dicomweb, **(further or {})})
    asyncio.run(_serve(files, settings, root, dicomweb, behind, host, names, port, reporter, https))


def upstreams(dist: Path, settings: Settings, archives: Mapping[str, str]) -> dict[str, Upstream]:
    """The archive behind each root that is a path on the viewer's origin.

    Args:
        archives: DICOMweb roots by the names of the dist's archives.

    Raises:
        DistInvalid: the dist has other archives, or two at one root.
    """
    here = {source.name: source for source in settings.sources if any("://" not in root for root in source.roots)}
    if archives.keys() != here.keys():
        expected = " ".join(f"--archive {name}=URL" for name in here if name != settings.source_name)
        raise DistInvalid(
            f"{dist} has other archives than those that were named.",
            cause=f"Its archives on the viewer's origin are {', '.join(here)}.",
            fix=f"Name each: ohifbuild serve {dist} --dicomweb URL {expected}".rstrip(),
        )
    places: dict[str, tuple[str, bool]] = {}
    for name, url in archives.items():
        parts = urlsplit(url)
        for root, path in paths_at_archive(here[name].roots, parts.path.rstrip("/")).items():
            place = f"{parts.scheme}://{parts.netloc}{path}", here[name].has_session
            if places.setdefault(root, place) != place:
                raise DistInvalid(
                    f"{root} is a root of several archives of {dist} that differ.",
                    cause="A request there does not say which archive it is for, and it has that archive's token.",
                    fix="Build the viewer again with a root of its own for each archive.",
                )
    return {root: Upstream(url, session=session) for root, (url, session) in places.items()}


async def _serve(
    files: StaticFiles,
    settings: Settings,
    root: str,
    dicomweb: str,
    upstreams: Mapping[str, Upstream],
    host: str,
    names: set[str],
    port: int,
    reporter: Reporter,
    https: Https | None,
) -> None:
    await _warn_about_archive(dicomweb, root, reporter)
    if not https and not is_loopback(host):
        reporter.warn(
            f"Over http at {host_names(host)[0]}, the network can read token and images, and browsers give the page no "
            "shared memory: OHIF up to 3.8 stays blank. Add --https."
        )
    handlers = {path: upstream.handle for path, upstream in upstreams.items()}
    app = application(files, root, handlers.pop(root), further=handlers, names=names, on_error=reporter.warn)
    for upstream in upstreams.values():
        await upstream.open()
    try:
        with _stop_signal() as stopped:
            async with listening(app, host, port, ssl_context=https.context if https else None) as origin:
                _say_where(origin, host, settings, https, reporter)
                await stopped.wait()
                reporter.say("Stopping after open transfers end. Press Ctrl-C again to stop now.")
    finally:
        for upstream in upstreams.values():
            await upstream.close()


async def _warn_about_archive(dicomweb: str, root: str, reporter: Reporter) -> None:
    if await check_archive(dicomweb):
        reporter.say("The archive answers, and requires a token.")
    else:
        reporter.warn(
            "The archive answers without a token. The viewer is confined to its link's studies, but anyone who can "
            "reach this address can read the whole archive."
        )
    if urlsplit(dicomweb).path.rstrip("/") != root:
        reporter.warn(
            f"The viewer's DICOMweb root is {root}, the archive's is {urlsplit(dicomweb).path}. If the archive writes "
            "its own path into the URLs of bulk data, documents and segmentations will not load."
        )


def _say_where(origin: str, host: str, settings: Settings, https: Https | None, reporter: Reporter) -> None:
    scheme, port = urlsplit(origin).scheme, urlsplit(origin).port
    origins = [f"{scheme}://{in_url(name)}:{port}" for name in host_names(host)]
    for other in origins:
        reporter.say(f"The viewer is at {other}{settings.public_url}")
    link = f"{origins[0]}{settings.public_url}viewer?StudyInstanceUIDs=UID&{settings.token_param}=TOKEN"
    reporter.say(f"A link: {link}")
    if https and https.self_signed:
        certificate = https.self_signed
        new = "a new" if certificate.made else "a"
        reporter.say(f"The server uses {new} certificate made by ohifbuild: browsers show a warning.")
        reporter.say(f"  Compare its SHA-256 before you continue: {certificate.fingerprint}")
        reporter.say(f"  To trust it permanently, import {certificate.certificate} (see docs/reference/serving.md).")
    reporter.say("Press Ctrl-C to stop.")


@contextmanager
def _stop_signal() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C or SIGTERM sets; a second Ctrl-C stops at once."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    previous = {number: signal.getsignal(number) for number in STOP_SIGNALS}

    def stop() -> None:
        stopped.set()
        restore_handlers()

    def restore_handlers() -> None:
        for number, handler in previous.items():
            loop.remove_signal_handler(number)
            with suppress(TypeError):
                signal.signal(number, handler)

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield stopped
    finally:
        restore_handlers()
