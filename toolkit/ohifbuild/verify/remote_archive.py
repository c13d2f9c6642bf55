"""A DICOMweb archive that runs already, as the archive of verify."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from aiohttp import web
from multidict import CIMultiDict

from ohifbuild.cache.entries import Cache
from ohifbuild.contract.grants import Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import ArchiveUnreachable, ArchiveUnsuitable
from ohifbuild.server.archive_probe import check_archive
from ohifbuild.server.proxy import Upstream
from ohifbuild.verify.backend import Backend, Provider, contents
from ohifbuild.verify.dataset import cached_dataset
from ohifbuild.verify.enforcement import check_enforcement
from ohifbuild.verify.stow import make_sure_of_studies

HEADER_VARIABLE = "OHIFBUILD_ARCHIVE_HEADER"
HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)[ \t]*")
"""A field name and value (RFC 9110 5.1 and 5.5)."""


def header_of(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The header that opens the archive to its administrator, from ``$OHIFBUILD_ARCHIVE_HEADER``; none if it is unset.

    Not an option, because everybody on the machine can read a command line.

    Raises:
        ArchiveUnsuitable: it is not like ``Name: value``.
    """
    text = environment.get(HEADER_VARIABLE, "")
    found = HEADER.fullmatch(text)
    if text and not found:
        raise ArchiveUnsuitable(
            f"${HEADER_VARIABLE} is no header.",
            cause="It has to be like Name: value, in one line of ASCII.",
            fix=f"Set it anew, such as: {HEADER_VARIABLE}='Authorization: Basic …'",
        )
    return {found[1]: found[2]} if found else {}


def running_at(url: str, header: Mapping[str, str], *, enforces: bool, put: bool) -> Provider:
    """The archive whose DICOMweb root is ``url``.

    Args:
        header: what opens it to its administrator.
        enforces: whether it knows the tokens and is sent them; if not, the gate decides on them, and the archive gets
            ``header`` in their place.
        put: whether studies that it lacks may be stored in it.
    """
    url = url.rstrip("/")

    @contextmanager
    def provide(settings: Settings, tokens: Tokens, cache: Cache, reporter: Reporter) -> Iterator[Backend]:
        _refuse_credentials(url)
        with reporter.step("Archive"):
            asyncio.run(_prepare(url, header, put, cache))
            if enforces:
                asyncio.run(check_enforcement(url, tokens, settings))
        if urlsplit(url).path != settings.dicomweb_root:
            reporter.warn(
                f"The viewer's DICOMweb root is {settings.dicomweb_root}, the archive's is {urlsplit(url).path}: if "
                "the archive writes its own path into URLs of bulk data, documents and segmentations will not load."
            )
        archive = RunningArchive(url, None if enforces else header, settings.token_header)
        who = "which enforces the tokens itself" if enforces else "with the gate enforcing the tokens before it"
        yield Backend(archive, enforces, f"{url}, {who}; {contents()}", archive.check)

    return provide


class RunningArchive:
    """Passes requests on, and remembers if the archive cannot be reached any more.

    Args:
        instead: the header that replaces the token's; None to pass the token on.
    """

    def __init__(self, url: str, instead: Mapping[str, str] | None, token_header: str) -> None:
        self.name = url
        self._upstream = Upstream(url)
        self._instead = instead
        self._token_header = token_header
        self._lost = False

    async def open(self) -> None:
        """Makes ready to connect."""
        await self._upstream.open()

    async def close(self) -> None:
        """Closes all connections."""
        await self._upstream.close()

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        """Passes a request on, and the archive's answer back."""
        if self._instead is not None:
            headers = CIMultiDict(request.headers)
            headers.popall(self._token_header, None)
            headers.update(self._instead)
            request = request.clone(headers=headers)
        response = await self._upstream.handle(request, tail)
        # What the archive answers has begun to be sent; an answer of the proxy's own has not.
        self._lost = self._lost or (not response.prepared and response.status in (502, 504))
        return response

    def check(self) -> None:
        """Raises ArchiveUnreachable if a request could not be passed on."""
        if self._lost:
            raise ArchiveUnreachable(
                f"The archive at {self.name} does not answer any more.",
                cause="It ended, or the network to it broke down, while the claims were being checked.",
                fix="Look into its log, and verify again once it runs.",
            )


async def _prepare(url: str, header: Mapping[str, str], put: bool, cache: Cache) -> None:
    await check_archive(url)
    await make_sure_of_studies(url, header, cached_dataset(cache), put=put)


def _refuse_credentials(url: str) -> None:
    if "@" in urlsplit(url).netloc:
        raise ArchiveUnsuitable(
            "The archive's URL holds credentials.",
            cause="Everybody on this machine can read them in the list of processes.",
            fix=f"Leave them out of it, and set {HEADER_VARIABLE}='Authorization: Basic …'",
        )
