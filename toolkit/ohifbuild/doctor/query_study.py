"""Sends the requests with which the viewer opens a study: series, metadata, a frame, a document, a video.

UIDs and URLs in the archive's answers become part of requests; the archive's client sends none outside the link's
studies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from ohifbuild.doctor.archive_client import ArchiveClient
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.data_sets import INSTANCE, MODALITY, PATIENT, ROWS, SERIES, SOP_CLASS, rows, value_of
from ohifbuild.doctor.decompress import unpacked
from ohifbuild.doctor.observations import ArchiveEvidence, ViewerEvidence

FRAME = "multipart/related; type=application/octet-stream; transfer-syntax=*"
ANY = "*/*"
FRAME_BYTES = 8 * 1024 * 1024
METADATA_BYTES = 4 * 1024 * 1024
NO_IMAGES = frozenset({"SR", "DOC", "PR", "KO", "SEG", "RTSTRUCT", "RTPLAN", "ECG", "REG", "AU", "M3D"})
"""Modalities (DICOM PS3.3 C.7.3.1.1.1) of objects without frames for a viewport."""

BULKY = frozenset({"DOC", "ECG", "OT"})
"""Modalities of objects whose contents are bulk data: documents and waveforms."""

VIDEOS = frozenset(f"1.2.840.10008.5.1.4.1.1.77.1.{number}.1" for number in (1, 2, 4))
"""SOP classes of videos (PS3.4 B.5), which browsers get rendered."""

BULK = re.compile(r"\"BulkDataURI\"\s?:\s?\"([^\"]{1,1000})\"")


async def query_study(
    archive: ArchiveClient,
    viewer: ViewerEvidence,
    mine: Mapping[str, str],
    uid: str,
    found: Mapping[str, Any],
    seen: ArchiveEvidence,
) -> ArchiveEvidence:
    """The evidence with the parts of a study, and a search for its patient.

    Args:
        archive: sends the requests.
        viewer: the viewer's files, which name the archive's roots.
        mine: the token's header.
        uid: the study.
        found: its row in the archive's answer to a search.
        seen: the evidence so far.
    """
    study = f"/studies/{uid}"
    patient_id = value_of(found, PATIENT)
    if patient_id:
        patient = await archive.ask_with(mine, f"/studies?{PATIENT}={quote(patient_id, safe='')}")
        seen = replace(seen, patient=patient)
    seen = replace(seen, series=await archive.ask_with(mine, f"{study}/series"))
    by_kind = sorted(rows(seen.series), key=lambda row: value_of(row, MODALITY) in NO_IMAGES)
    first = _series(by_kind)
    if not first:
        return seen
    images = replace(archive, root=viewer.image_root or viewer.root)
    metadata = await _metadata(images, mine, study, first)
    seen = await _picture(images, mine, f"{study}/series/{quote(first, safe='')}", replace(seen, metadata=metadata))
    bulky = _series(row for row in by_kind if value_of(row, MODALITY) in BULKY)
    if bulky and bulky != first:
        seen = replace(seen, documents=await _metadata(images, mine, study, bulky))
    return await _bulk(archive, viewer.roots, mine, seen)


async def _metadata(archive: ArchiveClient, mine: Mapping[str, str], study: str, series: str) -> Answer:
    return await archive.ask_with(mine, f"{study}/series/{quote(series, safe='')}/metadata", limit=METADATA_BYTES)


async def _picture(
    archive: ArchiveClient, mine: Mapping[str, str], series: str, seen: ArchiveEvidence
) -> ArchiveEvidence:
    """The first frame of the first image, or the video, if the series has one."""
    image = next((row for row in rows(seen.metadata) if value_of(row, ROWS) and value_of(row, INSTANCE)), None)
    if image is None:
        return seen
    instance = f"{series}/instances/{quote(value_of(image, INSTANCE), safe='')}"
    if value_of(image, SOP_CLASS) in VIDEOS:
        return replace(seen, video=await archive.ask_with(mine, f"{instance}/rendered", accept=ANY, limit=FRAME_BYTES))
    frame = await archive.ask_with(mine, f"{instance}/frames/1", accept=FRAME, limit=FRAME_BYTES)
    return replace(seen, frame=frame)


async def _bulk(
    archive: ArchiveClient, roots: Iterable[str], mine: Mapping[str, str], seen: ArchiveEvidence
) -> ArchiveEvidence:
    """The first bulk data of a document or waveform, or else of an image, if its URL is below one of the roots."""
    urls = [*bulk_urls_in(seen.documents), *bulk_urls_in(seen.metadata)]
    below = next(((root, url.removeprefix(root)) for url in urls for root in roots if url.startswith(f"{root}/")), None)
    if below is None:
        return seen
    there = replace(archive, root=below[0])
    return replace(seen, bulk=await there.ask_with(mine, below[1], accept=ANY, limit=FRAME_BYTES))


def bulk_urls_in(answer: Answer | None) -> list[str]:
    """The URLs of bulk data that an answer names."""
    text = (unpacked(answer) or b"").decode("utf-8", errors="replace") if answer else ""
    return [url for url in map(_text, BULK.findall(text)) if url]


def _series(found: Iterable[Mapping[str, Any]]) -> str:
    return next((uid for row in found if (uid := value_of(row, SERIES))), "")


def _text(quoted: str) -> str:
    """The value of a JSON string, given without its quotes."""
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        return ""
