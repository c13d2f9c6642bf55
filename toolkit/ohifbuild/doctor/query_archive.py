"""Sends the archive requests that the viewer sends, and requests that it must refuse.

The token is sent with GET requests for the link's studies, and with two searches that the archive must refuse or
restrict to those studies: for the patient, and for everything.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

from ohifbuild.contract.link import Link
from ohifbuild.contract.request import Scope, meaning, permits
from ohifbuild.contract.settings import Settings
from ohifbuild.doctor.address import Address
from ohifbuild.doctor.client import SHORT, Answer, Client
from ohifbuild.doctor.observations import ArchiveEvidence, ViewerEvidence

JSON = "application/dicom+json"
FRAME = "multipart/related; type=application/octet-stream; transfer-syntax=*"
EMPTY_UPLOAD = {"Content-Type": 'multipart/related; type="application/dicom"; boundary=none'}
SEARCH = "/studies?limit=1"
STUDIES_TRIED = 5
FRAME_BYTES = 1024
METADATA_BYTES = 4 * 1024 * 1024
STUDY, SERIES, INSTANCE, PATIENT, ROWS = "0020000D", "0020000E", "00080018", "00100020", "00280010"
MODALITY = "00080060"
NO_IMAGES = frozenset({"SR", "DOC", "PR", "KO", "SEG", "RTSTRUCT", "RTPLAN", "ECG", "REG", "AU", "M3D"})
"""Modalities (DICOM PS3.3 C.7.3.1.1.1) of objects without frames for a viewport."""

DEMONSTRATION = ".cloudfront.net"
OTHER_HEADERS = {"Authorization": "Bearer ", "token": ""}
"""Other headers in which archives look for a token, and the prefix of the token there."""


@dataclass(frozen=True)
class _Archive:
    """Sends requests to an archive as a page would.

    Args:
        client: the HTTP client.
        root: the URL of the DICOMweb root.
        origin: the page's origin; '' if it is the archive's too.
        scope: the requests that may be sent with a token.
    """

    client: Client
    root: str
    origin: str
    scope: Scope

    async def ask(self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
        """The answer without a token."""
        return await self._send(path, headers or {}, method=method)

    async def ask_with(self, token: Mapping[str, str], path: str, *, accept: str = JSON, limit: int = SHORT) -> Answer:
        """The answer to a request with a token. A request outside the scope is not sent.

        This matters because UIDs in the archive's answers become part of later requests.
        """
        tail, _, query = path.removeprefix("/").partition("?")
        if not permits(self.scope, meaning("GET", tail, query)):
            return Answer(self.root, failure="protocol")
        return await self._send(path, token, accept=accept, limit=limit)

    async def _send(
        self, path: str, headers: Mapping[str, str], *, method: str = "GET", accept: str = JSON, limit: int = SHORT
    ) -> Answer:
        origin = {"Origin": self.origin} if self.origin else {}
        all_headers = {"Accept": accept, **origin, **headers}
        return await self.client.ask(self.root + path, method=method, headers=all_headers, limit=limit)


async def query_archive(
    theirs: Client, address: Address, link: Link, viewer: ViewerEvidence, *, sends_token: bool
) -> ArchiveEvidence:
    """The answers of the archive at the viewer's DICOMweb root; without ``sends_token`` only those without a token."""
    parts = urlsplit(viewer.root)
    crosses = f"{parts.scheme}://{parts.netloc}" != address.origin
    scope = Scope(frozenset(link.studies), any_patient=True, open=True)
    archive = _Archive(theirs, viewer.root, address.origin if crosses else "", scope)
    name = viewer.page.settings.token_header
    seen = ArchiveEvidence(await archive.ask(SEARCH))
    if crosses:
        asks = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": name.lower()}
        seen = replace(seen, preflight=await archive.ask("/studies", asks, method="OPTIONS"))
    if not is_archive(seen.anonymous_search):
        return seen
    seen = await _requests_to_refuse(archive, seen)
    if not sends_token or not link.token or not link.studies:
        return seen
    seen = await _with_and_without(archive, link.token, link.studies, viewer.page.settings, seen)
    found = rows(seen.granted[link.studies[0]])
    if not found:
        return replace(seen, other_header=await _in_other_headers(archive, link.token, link.studies[0], name))
    mine = {name: viewer.page.settings.header_value(link.token)}
    return await _study(archive, mine, link.studies[0], found[0], seen)


async def _requests_to_refuse(archive: _Archive, seen: ArchiveEvidence) -> ArchiveEvidence:
    """Requests without a token that the archive must refuse, and that change nothing: an empty upload, and the first
    search with an ambiguous path."""
    upload = await archive.ask("/studies", EMPTY_UPLOAD, method="POST")
    last = urlsplit(archive.root).path.rpartition("/")[2]
    ambiguous = await archive.ask(f"/%2e%2e/{last}{SEARCH}") if last else None
    return replace(seen, upload=upload, ambiguous=ambiguous)


async def _with_and_without(
    archive: _Archive, token: str, studies: tuple[str, ...], settings: Settings, seen: ArchiveEvidence
) -> ArchiveEvidence:
    """Searches for the link's studies with the token, without a token, and with a token that nobody issued."""
    name, tried = settings.token_header, studies[:STUDIES_TRIED]
    mine = {name: settings.header_value(token)}
    forged = {name: settings.header_value(forged_like(token))}
    everything, anonymous_study, forgery, *granted = await asyncio.gather(
        archive.ask_with(mine, "/studies?limit=5"),
        archive.ask(_search(tried[0])),
        archive.ask_with(forged, _search(tried[0])),
        *(archive.ask_with(mine, _search(uid)) for uid in tried),
    )
    by_study = dict(zip(tried, granted, strict=True))
    return replace(seen, everything=everything, anonymous_study=anonymous_study, forged=forgery, granted=by_study)


async def _in_other_headers(archive: _Archive, token: str, study: str, name: str) -> dict[str, Answer]:
    """The archive's answers to the token in other usual headers."""
    others = {other: scheme for other, scheme in OTHER_HEADERS.items() if other.lower() != name.lower()}
    tried = (archive.ask_with({other: scheme + token}, _search(study)) for other, scheme in others.items())
    return dict(zip(others, await asyncio.gather(*tried), strict=True))


async def _study(
    archive: _Archive, mine: Mapping[str, str], uid: str, found: Mapping[str, Any], seen: ArchiveEvidence
) -> ArchiveEvidence:
    """Series, metadata and first frame of a study, and a search for its patient; ``mine`` is the token's header."""
    study = f"/studies/{uid}"
    patient_id = value_of(found, PATIENT)
    if patient_id:
        patient = await archive.ask_with(mine, f"/studies?{PATIENT}={quote(patient_id, safe='')}")
        seen = replace(seen, patient=patient)
    series = await archive.ask_with(mine, f"{study}/series")
    seen, first = replace(seen, series=series), _series_to_try(rows(series))
    if not first:
        return seen
    below = f"{study}/series/{quote(first, safe='')}"
    metadata = await archive.ask_with(mine, f"{below}/metadata", limit=METADATA_BYTES)
    image = next((row for row in rows(metadata) if value_of(row, ROWS) and value_of(row, INSTANCE)), None)
    if image is None:
        return replace(seen, metadata=metadata)
    path = f"{below}/instances/{quote(value_of(image, INSTANCE), safe='')}/frames/1"
    frame = await archive.ask_with(mine, path, accept=FRAME, limit=FRAME_BYTES)
    return replace(seen, metadata=metadata, frame=frame)


def _search(study: str) -> str:
    return f"/studies?StudyInstanceUID={study}"


def _series_to_try(found: list[dict[str, Any]]) -> str:
    """The first series with images, or else the first series; '' if there is none."""
    by_kind = sorted(found, key=lambda row: value_of(row, MODALITY) in NO_IMAGES)
    return next((uid for row in by_kind if (uid := value_of(row, SERIES))), "")


def is_demonstration(viewer: ViewerEvidence) -> bool:
    """Whether the viewer is OHIF with its original configuration, which names demonstration archives on CloudFront."""
    return viewer.page.kind == "ohif" and (urlsplit(viewer.root).hostname or "").endswith(DEMONSTRATION)


def forged_like(token: str) -> str:
    """A token of the same length that nobody issued."""
    return (secrets.token_urlsafe(32) * (len(token) // 32 + 1))[: max(len(token), 16)]


def is_archive(answer: Answer) -> bool:
    """Whether the answer is one of a DICOMweb archive, or a refusal, so that sending the token makes sense."""
    return answer.status in (204, 400, 401, 403) or (answer.status == 200 and is_json(answer))


def is_json(answer: Answer) -> bool:
    """Whether the body is a JSON list, the beginning of one, or empty."""
    body = answer.body.strip()
    if not body:
        return True
    if not answer.whole:
        return body[:1] == b"["
    try:
        return isinstance(json.loads(body), list)
    except (ValueError, RecursionError):
        return False


def rows(answer: Answer | None) -> list[dict[str, Any]]:
    """The data sets in an answer; none if it is not a complete JSON list."""
    if answer is None or answer.status != 200 or not answer.whole:
        return []
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return []
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def value_of(row: Mapping[str, Any], tag: str) -> str:
    """The first value of a tag (DICOM PS3.18 F.2); '' if there is none."""
    element = row.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    return str(values[0]) if isinstance(values, list) and values and isinstance(values[0], str | int) else ""
