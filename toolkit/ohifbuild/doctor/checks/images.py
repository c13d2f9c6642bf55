"""Checks whether the archive sends a study's metadata and images, and writes correct URLs."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from ohifbuild.doctor.decompress import shows_page
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence
from ohifbuild.doctor.query_archive import is_json, rows

BULK = re.compile(r"\"BulkDataURI\"\s?:\s?\"([^\"]{1,1000})\"")
FRAME_TYPES = ("multipart/related", "application/octet-stream", "image/")


def metadata(evidence: Evidence) -> Finding:
    """Whether the archive sends series and metadata with the token."""
    check = Check("metadata", "Metadata")
    archive = evidence.archive
    if archive is None or archive.series is None:
        return check.not_checked()
    for what, answer in (("the study's series", archive.series), ("a series' metadata", archive.metadata)):
        if answer is None:
            return check.wrong(
                "The study has no series.", "There is nothing to show.", "Check the study in the archive."
            )
        if answer.failure or answer.status != 200 or not is_json(answer):
            return check.wrong(
                f"For {what} the archive answers {answer.status or answer.failure}"
                f"{' with a web page' if shows_page(answer) else ''}, although it finds the study.",
                "The study is listed, but no image appears.",
                "Make every proxy and filter accept the token for all paths below studies/<uid>/.",
            )
    return check.right("The archive sends it with the token.")


def bulk_urls(evidence: Evidence) -> Finding:
    """Whether the URLs in the archive's answers are below the DICOMweb root that the browser uses."""
    check = Check("bulk-urls", "Archive's URLs")
    archive, viewer = evidence.archive, evidence.viewer
    if archive is None or viewer is None or archive.metadata is None:
        return check.not_checked()
    urls = BULK.findall(archive.metadata.body.decode("utf-8", errors="replace"))
    absolute = [url for url in map(_text, urls) if "://" in url]
    wrong = next((url for url in absolute if not url.startswith(viewer.root + "/")), "")
    if wrong:
        found, expected = urlsplit(wrong), urlsplit(viewer.root)
        if (found.scheme, found.netloc) == (expected.scheme, expected.netloc):
            change = f'Set the path that browsers use: Orthanc: "DicomWeb": {{"PublicRoot": "{expected.path}/"}}'
        else:
            change = (
                "Send the archive the host that browsers use: nginx: proxy_set_header Host $http_host; "
                'proxy_set_header Forwarded "host=$http_host;proto=$scheme";'
            )
        root = f"{found.scheme}://{found.netloc.rpartition('@')[2]}{found.path.partition('/studies')[0]}"
        return check.wrong(
            f"The archive writes URLs at {root}, not at {viewer.root}.",
            "Documents, segmentations and some images do not load, because the token is not sent there.",
            change,
        )
    return check.right("They are below the DICOMweb root." if absolute else "There are no absolute URLs.")


def image(evidence: Evidence) -> Finding:
    """Whether the archive sends a frame with the token."""
    check = Check("image", "Image")
    archive = evidence.archive
    if archive is None or archive.frame is None:
        if archive and rows(archive.metadata):
            return check.not_checked("no image was found.")
        return check.not_checked()
    answer = archive.frame
    if answer.status == 200 and answer.body and answer.media_type.startswith(FRAME_TYPES):
        return check.right(f"The archive sends the first frame ({answer.media_type}).")
    status = answer.status or answer.failure
    return check.wrong(
        f"For the first frame the archive answers {status} ({answer.media_type or 'no media type'}).",
        "The study is listed, but its images stay black.",
        "Allow GET requests for …/frames/1 to the archive, and read its log.",
    )


def _text(quoted: str) -> str:
    """The value of a JSON string, given without its quotes."""
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        return ""
