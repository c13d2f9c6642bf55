"""Asks the archive what the viewer would ask, and what it must not grant."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

from ohifbuild.contract.settings import Settings
from ohifbuild.doctor.client import SHORT, Answer, Client
from ohifbuild.doctor.evidence import ArchiveSeen, ViewerSeen
from ohifbuild.doctor.link import Link

JSON = "application/dicom+json"
FRAME = "multipart/related; type=application/octet-stream; transfer-syntax=*"
MOST_STUDIES = 5
FRAME_BYTES = 1024
METADATA_BYTES = 4 * 1024 * 1024
STUDY, SERIES, INSTANCE, PATIENT, ROWS = "0020000D", "0020000E", "00080018", "00100020", "00280010"
MODALITY = "00080060"
NO_IMAGES = frozenset({"SR", "DOC", "PR", "KO", "SEG", "RTSTRUCT", "RTPLAN", "ECG", "REG", "AU", "M3D"})
"""Modalities (DICOM PS3.3 C.7.3.1.1.1) of objects without frames that a viewport shows."""

DEMONSTRATION = ".cloudfront.net"
OTHER_HEADERS = {"Authorization": "Bearer ", "token": ""}
"""Where archives look for a token besides the viewer's header, and what stands before it there."""


@dataclass(frozen=True)
class _Archive:
    """Asks the archive at ``root`` as the page at ``origin`` would; '' for an origin that is the archive's own."""

    client: Client
    root: str
    origin: str

    async def ask(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        accept: str = JSON,
        limit: int = SHORT,
    ) -> Answer:
        origin = {"Origin": self.origin} if self.origin else {}
        everything = {"Accept": accept, **origin, **(headers or {})}
        return await self.client.ask(self.root + path, method=method, headers=everything, limit=limit)


async def ask_archive(theirs: Client, link: Link, viewer: ViewerSeen, *, sends_token: bool) -> ArchiveSeen:
    """What the archive at the viewer's root answers; without ``sends_token`` only what needs none."""
    parts = urlsplit(viewer.root)
    crosses = f"{parts.scheme}://{parts.netloc}" != link.origin
    archive = _Archive(theirs, viewer.root, link.origin if crosses else "")
    name = viewer.page.settings.token_header
    seen = ArchiveSeen(await archive.ask("/studies?limit=1"))
    if crosses:
        asks = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": name.lower()}
        seen = replace(seen, preflight=await archive.ask("/studies", asks, method="OPTIONS"))
    if not sends_token or not link.studies or not is_archive(seen.anybody):
        return seen
    seen = await _with_and_without(archive, link, viewer.page.settings, seen)
    found = rows(seen.granted[link.studies[0]])
    if not found:
        return replace(seen, other_header=await _in_other_headers(archive, link, name))
    return await _study(archive, link, viewer.page.settings, found[0], seen)


async def _with_and_without(archive: _Archive, link: Link, settings: Settings, seen: ArchiveSeen) -> ArchiveSeen:
    """Searches for the link's studies with the token, without, and with one that nobody issued."""
    name, studies = settings.token_header, link.studies[:MOST_STUDIES]
    mine = {name: settings.header_value(link.token)}
    forged = {name: settings.header_value(forged_like(link.token))}
    everything, nobody, forgery, *granted = await asyncio.gather(
        archive.ask("/studies?limit=5", mine),
        archive.ask(_search(studies[0])),
        archive.ask(_search(studies[0]), forged),
        *(archive.ask(_search(uid), mine) for uid in studies),
    )
    by_study = dict(zip(studies, granted, strict=True))
    return replace(seen, everything=everything, nobody=nobody, forged=forgery, granted=by_study)


async def _in_other_headers(archive: _Archive, link: Link, name: str) -> dict[str, Answer]:
    """Whether the archive takes the token where it usually stands."""
    others = {other: scheme for other, scheme in OTHER_HEADERS.items() if other.lower() != name.lower()}
    tried = (archive.ask(_search(link.studies[0]), {other: scheme + link.token}) for other, scheme in others.items())
    return dict(zip(others, await asyncio.gather(*tried), strict=True))


async def _study(
    archive: _Archive, link: Link, settings: Settings, found: Mapping[str, Any], seen: ArchiveSeen
) -> ArchiveSeen:
    """The first study as far as its first image, and what else of its patient there is."""
    mine = {settings.token_header: settings.header_value(link.token)}
    study = f"/studies/{quote(link.studies[0], safe='')}"
    patient_id = value_of(found, PATIENT)
    if patient_id:
        seen = replace(seen, patient=await archive.ask(f"/studies?{PATIENT}={quote(patient_id, safe='')}", mine))
    series = await archive.ask(f"{study}/series", mine)
    seen, first = replace(seen, series=series), _series_to_try(rows(series))
    if not first:
        return seen
    below = f"{study}/series/{quote(first, safe='')}"
    metadata = await archive.ask(f"{below}/metadata", mine, limit=METADATA_BYTES)
    image = next((row for row in rows(metadata) if value_of(row, ROWS) and value_of(row, INSTANCE)), None)
    if image is None:
        return replace(seen, metadata=metadata)
    path = f"{below}/instances/{quote(value_of(image, INSTANCE), safe='')}/frames/1"
    return replace(seen, metadata=metadata, frame=await archive.ask(path, mine, accept=FRAME, limit=FRAME_BYTES))


def _search(study: str) -> str:
    return f"/studies?StudyInstanceUID={quote(study, safe='')}"


def _series_to_try(found: list[dict[str, Any]]) -> str:
    """The first series of images if there is one, else the first; '' if there is none."""
    by_kind = sorted(found, key=lambda row: value_of(row, MODALITY) in NO_IMAGES)
    return next((uid for row in by_kind if (uid := value_of(row, SERIES))), "")


def is_demonstration(viewer: ViewerSeen) -> bool:
    """Whether OHIF is as it was released: its configuration names archives of its own, at a content network's hosts."""
    return viewer.page.kind == "ohif" and (urlsplit(viewer.root).hostname or "").endswith(DEMONSTRATION)


def forged_like(token: str) -> str:
    """A token of the same length that nobody issued."""
    return (secrets.token_urlsafe(32) * (len(token) // 32 + 1))[: max(len(token), 16)]


def is_archive(answer: Answer) -> bool:
    """Whether it is worth sending a token there: it answers as DICOMweb, or refuses."""
    return answer.status in (204, 400, 401, 403) or (answer.status == 200 and is_json(answer))


def is_json(answer: Answer) -> bool:
    """Whether the body is a JSON list, or may be one that was read in part; an empty one counts."""
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
    """The data sets of an answer; none if it is anything else."""
    if answer is None or answer.status != 200 or not answer.whole:
        return []
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return []
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def value_of(row: Mapping[str, Any], tag: str) -> str:
    """The first value of a tag (DICOM PS3.18 F.2), '' if there is none."""
    element = row.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    return str(values[0]) if isinstance(values, list) and values and isinstance(values[0], str | int) else ""
