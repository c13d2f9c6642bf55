"""Asks the archive what the viewer would ask, and what it must not grant."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from ohifbuild.doctor.client import Answer, Client
from ohifbuild.doctor.evidence import ArchiveSeen, ViewerSeen
from ohifbuild.doctor.link import Link

JSON = "application/dicom+json"
FRAME = "multipart/related; type=application/octet-stream; transfer-syntax=*"
MOST_STUDIES = 5
METADATA_BYTES = 4 * 1024 * 1024
STUDY, SERIES, INSTANCE, PATIENT, ROWS = "0020000D", "0020000E", "00080018", "00100020", "00280010"
MODALITY = "00080060"
NO_IMAGES = frozenset({"SR", "DOC", "PR", "KO", "SEG", "RTSTRUCT", "RTPLAN", "ECG", "REG", "AU", "M3D"})
"""Modalities (DICOM PS3.3 C.7.3.1.1.1) of objects without frames that a viewport shows."""

DEMONSTRATION = ".cloudfront.net"
OTHER_HEADERS = (("Authorization", "Bearer "), ("token", ""))
"""Where archives look for a token besides the viewer's header."""


async def ask_archive(theirs: Client, link: Link, viewer: ViewerSeen, *, sends_token: bool) -> ArchiveSeen:
    """What the archive at the viewer's root answers; without ``sends_token`` only what needs none."""
    settings, root = viewer.page.settings, viewer.root
    name = settings.token_header
    crosses = f"{urlsplit(root).scheme}://{urlsplit(root).netloc}" != link.origin
    origin = {"Origin": link.origin} if crosses else {}

    async def ask(path: str, headers: Mapping[str, str] | None = None, accept: str = JSON, **more: Any) -> Answer:
        return await theirs.ask(f"{root}{path}", headers={"Accept": accept, **origin, **(headers or {})}, **more)

    preflight = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": name.lower()}
    anybody, allowed = await asyncio.gather(
        ask("/studies?limit=1"), ask("/studies", preflight, method="OPTIONS") if crosses else _nothing()
    )
    if not sends_token or not link.studies or not is_archive(anybody):
        return ArchiveSeen(anybody, allowed)
    mine = {name: settings.header_value(link.token)}
    forged = {name: settings.header_value(forged_like(link.token))}
    first = link.studies[0]
    pinned = f"/studies?StudyInstanceUID={quote(first, safe='')}"
    answers = await asyncio.gather(
        *(ask(f"/studies?StudyInstanceUID={quote(uid, safe='')}", mine) for uid in link.studies[:MOST_STUDIES])
    )
    granted = dict(zip(link.studies, answers, strict=False))
    nobody, forgery, everything = await asyncio.gather(ask(pinned), ask(pinned, forged), ask("/studies?limit=5", mine))
    found = rows(granted[first])
    if not found:
        others = [(other, scheme) for other, scheme in OTHER_HEADERS if other.lower() != name.lower()]
        tried = await asyncio.gather(*(ask(pinned, {other: scheme + link.token}) for other, scheme in others))
        by_header = dict(zip((other for other, _ in others), tried, strict=True))
        return ArchiveSeen(anybody, allowed, granted, nobody, forgery, by_header, everything=everything)
    patient_id = value_of(found[0], PATIENT)
    patient = await ask(f"/studies?{PATIENT}={quote(patient_id, safe='')}", mine) if patient_id else None
    study = f"/studies/{quote(first, safe='')}"
    series = await ask(f"{study}/series", mine)
    first_series = _series_to_try(rows(series))
    metadata = frame = None
    if first_series:
        below = f"{study}/series/{quote(first_series, safe='')}"
        metadata = await ask(f"{below}/metadata", mine, limit=METADATA_BYTES)
        image = next((row for row in rows(metadata) if value_of(row, ROWS) and value_of(row, INSTANCE)), None)
        if image:
            path = f"{below}/instances/{quote(value_of(image, INSTANCE), safe='')}/frames/1"
            frame = await ask(path, mine, accept=FRAME, limit=1024)
    return ArchiveSeen(
        anybody,
        allowed,
        granted,
        nobody,
        forgery,
        series=series,
        metadata=metadata,
        frame=frame,
        patient=patient,
        everything=everything,
    )


def _series_to_try(found: list[dict[str, Any]]) -> str:
    """The first series of images if there is one, else the first; '' if there is none."""
    by_kind = sorted(found, key=lambda row: value_of(row, MODALITY) in NO_IMAGES)
    return next((uid for row in by_kind if (uid := value_of(row, SERIES))), "")


async def _nothing() -> None:
    return None


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
