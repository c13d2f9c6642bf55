"""The archives of ``dev``: made-up studies, a folder of DICOM files, or an archive at a URL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import aiohttp
from aiohttp import web

from ohifbuild.contract.request import UID
from ohifbuild.contract.settings import Settings
from ohifbuild.server.archive_probe import LONGEST_ANSWER, SECONDS, check_archive
from ohifbuild.server.proxy import Upstream
from ohifbuild.server.serve import upstreams
from ohifbuild.server.web_server import ArchiveHandler
from ohifbuild.verification.changing_archive import GrantedTokens
from ohifbuild.verification.dataset.contents import ORDINARY
from ohifbuild.verification.embedded_archive import EmbeddedArchive, HeldStudy
from ohifbuild.verification.gate import Gate

LINKS = 12
"""Studies that get a link of their own in the terminal."""

STUDY_UID = "0020000D"
LONGEST_NAME = 60


@dataclass(frozen=True)
class DevLink:
    """The studies of a link, the token that goes with it, and what it is called."""

    name: str
    studies: tuple[str, ...]
    token: str


class DevArchive(Protocol):
    """An archive that ``dev`` serves beside the viewer."""

    async def open(self) -> None:
        """Called once in the server's event loop before the first request."""

    async def close(self) -> None:
        """Called once in the server's event loop after the last request."""

    def handlers(self, settings: Settings) -> Mapping[str, ArchiveHandler]:
        """What answers requests, by the viewer's roots."""

    def links(self, settings: Settings) -> Sequence[DevLink]:
        """The links to print, the first one first."""


class HeldArchive:
    """DICOM files in the embedded archive, which refuses requests that a token does not allow.

    Args:
        files: the DICOM files.
        token: opens all studies; '' for a token for each link, which opens no other studies.
    """

    def __init__(self, files: Iterable[Path], token: str = "") -> None:
        self._archive = EmbeddedArchive(files)
        self._token = token
        self._granted = GrantedTokens()
        self._tokens: dict[str, str] = {}

    @property
    def studies(self) -> tuple[HeldStudy, ...]:
        """The studies, those that show most of the viewer first."""
        return tuple(sorted(self._archive.studies, key=lambda study: study.uid != ORDINARY.uid))

    async def open(self) -> None:
        """Does nothing; other archives open connections."""

    async def close(self) -> None:
        """Does nothing."""

    def handlers(self, settings: Settings) -> Mapping[str, ArchiveHandler]:
        """Every root of the viewer leads to the same studies; each archive of the recipe has its own header."""
        found: dict[str, ArchiveHandler] = {}
        for source in settings.sources:
            rule = replace(settings, token_header=source.token_header, token_scheme=source.token_scheme)
            gate = Gate(self._granted.tokens, rule, enforce=source.access != "session")
            for root in source.roots:
                if "://" not in root:
                    found.setdefault(root, self._behind(gate))
        return found

    def links(self, settings: Settings) -> Sequence[DevLink]:
        """A link for each study."""
        shown = self.studies[:LINKS]
        if self._token:
            self._granted.grant(self.studies, settings, self._token)
        return [
            DevLink(printable(study.description), (study.uid,), self._token_for(study, settings)) for study in shown
        ]

    def _token_for(self, study: HeldStudy, settings: Settings) -> str:
        """The token of a study's link; it stays the same when the recipe changes, so that open pages go on."""
        if self._token:
            return self._token
        known = self._tokens.get(study.uid, "")
        self._tokens[study.uid] = self._granted.grant([study], settings, known)
        return self._tokens[study.uid]

    def _behind(self, gate: Gate) -> ArchiveHandler:
        async def handle(request: web.Request, tail: str) -> web.StreamResponse:
            return await gate.pass_through(request, tail, self._archive)

        return handle


class RemoteArchive:
    """An archive at a URL, which gets the requests as they come.

    Args:
        url: its DICOMweb root.
        token: the token of the link; '' for none.
        studies: Study Instance UIDs, each for a link of its own; if empty, the archive is asked for some.
    """

    def __init__(self, url: str, token: str, studies: Sequence[str]) -> None:
        self._url, self._token, self._studies = url, token, tuple(studies)
        self._upstreams: Sequence[Upstream] = ()

    async def check(self) -> bool:
        """Whether the archive answers without a token.

        Raises:
            ArchiveUnreachable: it does not answer as DICOMweb.
        """
        return not await check_archive(self._url)

    async def open(self) -> None:
        """Opens the connections."""
        for upstream in self._upstreams:
            await upstream.open()

    async def close(self) -> None:
        """Closes the connections."""
        for upstream in self._upstreams:
            await upstream.close()

    def handlers(self, settings: Settings) -> Mapping[str, ArchiveHandler]:
        """The archive's answers.

        Raises:
            DistInvalid: the recipe has further archives, which one URL does not name.
        """
        found = upstreams(Path("The viewer"), settings, {settings.source_name: self._url})
        self._upstreams = list(found.values())
        return {root: upstream.handle for root, upstream in found.items()}

    def links(self, settings: Settings) -> Sequence[DevLink]:
        """A link for each study; without a known one, a link to fill in."""
        studies = self._studies or asyncio.run(_some_studies(self._url, settings, self._token)) or ("STUDY-UID",)
        return [DevLink("", (study,), self._token) for study in studies]


async def _some_studies(url: str, settings: Settings, token: str) -> tuple[str, ...]:
    """Study Instance UIDs that the archive names; none if it refuses."""
    headers = {"Accept": "application/dicom+json"}
    if token:
        headers[settings.token_header] = settings.header_value(token)
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(f"{url.rstrip('/')}/studies?limit={LINKS}", headers=headers, allow_redirects=False) as answer,
        ):
            found = json.loads(await answer.content.read(LONGEST_ANSWER)) if answer.status == 200 else []
            uids = [str(study[STUDY_UID]["Value"][0]) for study in found]
    except (aiohttp.ClientError, OSError, ValueError, KeyError, IndexError, TypeError, RecursionError):
        return ()
    return tuple(uid for uid in uids if UID.fullmatch(uid))[:LINKS]


def printable(text: str) -> str:
    """Text of a file or an archive as it may be shown in a terminal: no control or formatting characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:LONGEST_NAME]
