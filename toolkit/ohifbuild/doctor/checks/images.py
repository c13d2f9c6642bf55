"""Checks whether the archive sends a study: metadata, a frame, a video, and bulk data."""

from __future__ import annotations

from ohifbuild.contract.answers import Kind
from ohifbuild.doctor.checks.answers import fault_in, page_says
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.data_sets import rows
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence

PLUGINS = (
    "Orthanc's DICOMweb plugin renders no videos; a script of ohifbuild deploy does, if its plugin is loaded first. "
    'Name each plugin in orthanc.json instead of their folder: "Plugins": ["…/libOrthancPython.so", '
    '"…/libOrthancDicomWeb.so"]'
)


def metadata(evidence: Evidence) -> Finding:
    """Whether the archive sends series and metadata with the token."""
    check = Check("metadata", "Metadata")
    archive = evidence.archive
    if archive is None or archive.series is None:
        return check.not_checked()
    parts: tuple[tuple[str, Kind, Answer | None], ...] = (
        ("the study's series", "series", archive.series),
        ("a series' metadata", "metadata", archive.metadata),
    )
    for what, kind, answer in parts:
        if answer is None:
            return check.wrong(
                "The study has no series.", "There is nothing to show.", "Check the study in the archive."
            )
        fault = fault_in(answer, "json")
        if fault:
            return check.wrong(
                f"The archive finds the study, but not {what}: {fault.found}.",
                f"The study is listed, but no image appears.{page_says(answer, kind)}",
                fault.change,
            )
    return check.right("The archive sends it with the token.")


def image(evidence: Evidence) -> Finding:
    """Whether the archive sends a frame with the token."""
    check = Check("image", "Image")
    archive = evidence.archive
    if archive is None or archive.frame is None:
        if archive and rows(archive.metadata):
            return check.not_checked("no image was found.")
        return check.not_checked()
    fault = fault_in(archive.frame, "frame")
    if fault:
        return check.wrong(
            f"The archive does not send the first frame: {fault.found}.",
            f"The study is listed, but its images stay black.{page_says(archive.frame, 'frames')}",
            fault.change,
        )
    return check.right(f"The archive sends the first frame ({archive.frame.media_type}).")


def video(evidence: Evidence) -> Finding:
    """Whether the archive sends a video with the token."""
    check = Check("video", "Video")
    answer = evidence.archive.video if evidence.archive else None
    if answer is None:
        return check.right("None was found in the study.") if _is_open(evidence) else check.not_checked()
    fault = fault_in(answer, "bytes")
    if not fault and answer.media_type.startswith("multipart/"):
        return check.wrong(
            f"The archive sends a video as {answer.media_type}.",
            "Browsers cannot play it: the viewport stays black.",
            "Make every proxy pass the header Accept on unchanged.",
        )
    if fault:
        change = PLUGINS if answer.status in (400, 404, 406, 501) else fault.change
        return check.wrong(
            f"The archive does not send a video (…/rendered): {fault.found}.", "The viewport stays black.", change
        )
    return check.right(f"The archive sends it ({answer.media_type}).")


def bulk_data(evidence: Evidence) -> Finding:
    """Whether the archive sends bulk data, such as a document or a waveform, with the token."""
    check = Check("bulk-data", "Documents")
    archive = evidence.archive
    if archive and archive.documents and (fault := fault_in(archive.documents, "json")):
        return check.wrong(
            f"The archive does not send the metadata of a document: {fault.found}.",
            f"Documents and waveforms stay empty.{page_says(archive.documents, 'metadata')}",
            fault.change,
        )
    if archive is None or archive.bulk is None:
        return check.right("The study's metadata name none.") if _is_open(evidence) else check.not_checked()
    fault = fault_in(archive.bulk, "bytes")
    if fault:
        return check.wrong(
            f"The archive does not send the bulk data of the study: {fault.found}.",
            f"Documents, waveforms and segmentations stay empty.{page_says(archive.bulk, 'document')}",
            fault.change,
        )
    return check.right(f"The archive sends bulk data ({archive.bulk.media_type}).")


def _is_open(evidence: Evidence) -> bool:
    """Whether the metadata of a series are known, and so what is in it."""
    return evidence.archive is not None and bool(rows(evidence.archive.metadata))
