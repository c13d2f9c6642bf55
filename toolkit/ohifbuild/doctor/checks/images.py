"""Whether the study's metadata and images come, and from where its URLs say."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from ohifbuild.doctor.coding import shows_page
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gather_archive import is_json, rows
from ohifbuild.doctor.gathered import Evidence

BULK = re.compile(r"\"BulkDataURI\"\s?:\s?\"([^\"]{1,1000})\"")
FRAME_TYPES = ("multipart/related", "application/octet-stream", "image/")


def metadata(evidence: Evidence) -> Finding:
    """Whether series and metadata come, with the token."""
    about = Check("metadata", "Metadata")
    archive = evidence.archive
    if archive is None or archive.series is None:
        return about.untried()
    for what, answer in (("the study's series", archive.series), ("a series' metadata", archive.metadata)):
        if answer is None:
            return about.wrong("The study has no series.", "Nothing to show.", "See what the archive holds of it.")
        if answer.trouble or answer.status != 200 or not is_json(answer):
            return about.wrong(
                f"For {what} the archive answers {answer.status or answer.trouble}"
                f"{' with a web page' if shows_page(answer) else ''}, though it finds the study.",
                "The study is listed, and no image appears.",
                "Let the token reach all that is below studies/<uid>/, by every proxy and filter in between.",
            )
    return about.right("Comes with the token.")


def bulk_urls(evidence: Evidence) -> Finding:
    """Whether URLs that the archive writes lead back below the DICOMweb root, as the browser sees it."""
    about = Check("bulk-urls", "Archive's URLs")
    archive, viewer = evidence.archive, evidence.viewer
    if archive is None or viewer is None or archive.metadata is None:
        return about.untried()
    urls = BULK.findall(archive.metadata.body.decode("utf-8", errors="replace"))
    absolute = [url for url in map(_text, urls) if "://" in url]
    astray = next((url for url in absolute if not url.startswith(viewer.root + "/")), "")
    if astray:
        there, here = urlsplit(astray), urlsplit(viewer.root)
        if (there.scheme, there.netloc) == (here.scheme, here.netloc):
            change = (
                f'Tell the archive its path as browsers see it: Orthanc: "DicomWeb": {{"PublicRoot": "{here.path}/"}}'
            )
        else:
            change = (
                "Tell the archive how browsers reach it: nginx: proxy_set_header Host $http_host; proxy_set_header "
                'Forwarded "host=$http_host;proto=$scheme";'
            )
        place = f"{there.scheme}://{there.netloc.rpartition('@')[2]}{there.path.partition('/studies')[0]}"
        return about.wrong(
            f"The archive writes URLs at {place}, not at {viewer.root}.",
            "Documents, segmentations and some images do not load: the token is not sent there.",
            change,
        )
    return about.right("They lead back." if absolute else "None that are absolute.")


def image(evidence: Evidence) -> Finding:
    """Whether a frame comes, with the token."""
    about = Check("image", "Image")
    archive = evidence.archive
    if archive is None or archive.frame is None:
        return about.untried("no image was found to try." if archive and rows(archive.metadata) else _FIRST)
    answer = archive.frame
    if answer.status == 200 and answer.body and answer.media_type.startswith(FRAME_TYPES):
        return about.right(f"The first frame comes ({answer.media_type}).")
    seen = answer.status or answer.trouble
    return about.wrong(
        f"For the first frame the archive answers {seen} ({answer.media_type or 'nothing'}).",
        "The study is listed, and its images stay black.",
        "Let GET of …/frames/1 pass to the archive, and read its log.",
    )


_FIRST = "other things first."


def _text(quoted: str) -> str:
    """What a JSON string's inside means."""
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        return ""
