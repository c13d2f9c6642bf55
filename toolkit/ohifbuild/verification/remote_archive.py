"""An existing DICOMweb archive, which verify reaches by its URL."""

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
from ohifbuild.verification.backend import Backend, Provider, contents
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.enforcement import check_enforcement
from ohifbuild.verification.stow import make_sure_of_studies

HEADER_VARIABLE = "OHIFBUILD_ARCHIVE_HEADER"
HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)[ \t]*")
"""A field name and value (RFC 9110 5.1 and 5.5)."""


def header_of(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The header with administrator access to the archive, from ``$OHIFBUILD_ARCHIVE_HEADER``; none if it is unset.

    It is not an option, because every user of the machine can read command lines.

    Raises:
        ArchiveUnsuitable: the variable does not have the form ``Name: value``.
    """
    text = environment.get(HEADER_VARIABLE, "")
    found = HEADER.fullmatch(text)
    if text and not found:
        raise ArchiveUnsuitable(
            f"${HEADER_VARIABLE} is not a valid header.",
            cause="It must have the form Name: value, in one line of ASCII.",
            fix=f"Correct it, for example: {HEADER_VARIABLE}='Authorization: Basic …'",
        )
    return {found[1]: found[2]} if found else {}


def running_at(url: str, header: Mapping[str, str], *, enforces: bool, put: bool) -> Provider:
    """Provides the archive at a URL.

    Args:
        url: its DICOMweb root.
        header: the header with administrator access.
        enforces: whether the archive enforces the tokens and receives them; if not, the gate enforces them, and the
            archive receives ``header`` instead.
        put: whether missing studies may be stored in it.
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
                f"The viewer's DICOMweb root is {settings.dicomweb_root}, the archive's is {urlsplit(url).path}. If "
                "the archive writes its own path into the URLs of bulk data, documents and segmentations will not load."
            )
        made: list[RunningArchive] = []

        def another() -> RunningArchive:
            made.append(RunningArchive(url, None if enforces else header, settings.token_header))
            return made[-1]

        def check() -> None:
            for archive in made:
                archive.check()

        who = "which enforces the tokens itself" if enforces else "with the gate enforcing the tokens before it"
        yield Backend(another, enforces, f"{url}, {who}; {contents()}", check)

    return provide


class RunningArchive:
    """Sends requests to an archive, and records if it can no longer be reached.

    Args:
        url: its DICOMweb root.
        instead: the header that replaces the token's; None to send the token.
        token_header: the name of the token's header.
    """

    def __init__(self, url: str, instead: Mapping[str, str] | None, token_header: str) -> None:
        self.name = url
        self._upstream = Upstream(url)
        self._instead = instead
        self._token_header = token_header
        self._lost = False

    async def open(self) -> None:
        """Creates the HTTP session."""
        await self._upstream.open()

    async def close(self) -> None:
        """Closes all connections."""
        await self._upstream.close()

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        """Sends a request to the archive and returns its answer."""
        if self._instead is not None:
            headers = CIMultiDict(request.headers)
            headers.popall(self._token_header, None)
            headers.update(self._instead)
            request = request.clone(headers=headers)
        response = await self._upstream.handle(request, tail)
        # An answer of the archive has already begun; an answer of the proxy itself has not.
        self._lost = self._lost or (not response.prepared and response.status in (502, 504))
        return response

    def check(self) -> None:
        """Checks that every request reached the archive.

        Raises:
            ArchiveUnreachable: a request did not.
        """
        if self._lost:
            raise ArchiveUnreachable(
                f"The archive at {self.name} no longer answers.",
                cause="The archive ended, or the network failed, while verify was running.",
                fix="Look into its log, and verify again once it runs.",
            )


async def _prepare(url: str, header: Mapping[str, str], put: bool, cache: Cache) -> None:
    await check_archive(url)
    await make_sure_of_studies(url, header, cached_dataset(cache), put=put)


def _refuse_credentials(url: str) -> None:
    if "@" in urlsplit(url).netloc:
        raise ArchiveUnsuitable(
            "The archive's URL contains credentials.",
            cause="Every user of this machine can read them in the list of processes.",
            fix=f"Remove them from the URL, and set {HEADER_VARIABLE}='Authorization: Basic …'",
        )
