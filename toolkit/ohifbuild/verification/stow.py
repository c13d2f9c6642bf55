"""Ensures that an archive holds the dataset: searches for it (QIDO-RS) and, if allowed, stores it (STOW-RS)."""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from ohifbuild.core.documents import parse_json
from ohifbuild.core.errors import ArchiveUnreachable, ArchiveUnsuitable
from ohifbuild.verification.dataset import STUDIES, Study

SECONDS = 120.0
MOST_INSTANCES = 1000
DICOM_JSON = "application/dicom+json"
INSTANCE = "00080018"


async def make_sure_of_studies(url: str, header: Mapping[str, str], folder: Path, *, put: bool) -> None:
    """Ensures that the archive holds every object of the dataset.

    Args:
        url: the archive's DICOMweb root, without a slash at the end.
        header: the header with administrator access.
        folder: the dataset that ``write_dataset`` wrote.
        put: whether to store missing objects; nothing is ever changed or deleted.

    Raises:
        ArchiveUnsuitable: the archive refuses the header, lacks studies that must not be stored, or does not store
            them.
        ArchiveUnreachable: the connection fails.
    """
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with aiohttp.ClientSession(
            headers=header, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            lacking = await _lacking(session, url)
            if lacking and put:
                for study in lacking:
                    await _store(session, url, study, folder)
                lacking = await _lacking(session, url)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise ArchiveUnreachable(
            f"The archive at {url} closed the connection during the search for studies ({type(error).__name__}).",
            cause="The archive ended, or does not answer as DICOMweb.",
            fix="PixelFormat into its log.",
        ) from error
    if lacking:
        raise ArchiveUnsuitable(
            f"The archive at {url} lacks {len(lacking)} of {len(STUDIES)} studies of the dataset.",
            cause="It accepted them but did not keep them." if put else "They have not been stored in it.",
            fix="Read the archive's log."
            if put
            else "Let verify store its synthetic studies in a test archive: add --put-studies.",
            details="\n".join(f"  {study.uid}  {study.key}, patient {study.patient.id}" for study in lacking),
        )


async def _lacking(session: aiohttp.ClientSession, url: str) -> list[Study]:
    return [study for study in STUDIES if not _instances(study) <= await _found(session, url, study)]


def _instances(study: Study) -> set[str]:
    return {str(series.instance_uid(n)) for series in study.series for n in range(1, series.objects + 1)}


async def _found(session: aiohttp.ClientSession, url: str, study: Study) -> set[str]:
    """SOP Instance UIDs that the archive holds of a study."""
    ask = f"{url}/studies/{study.uid}/instances?limit={MOST_INSTANCES}"
    async with session.get(ask, headers={"Accept": DICOM_JSON}, allow_redirects=False) as answer:
        if answer.status in (204, 404):
            return set()
        if answer.status != 200:
            raise _refused(url, "a search for the instances of a study", answer.status)
        found = parse_json(await answer.read())
    try:
        return {item[INSTANCE]["Value"][0] for item in found}
    except (LookupError, TypeError, AttributeError):
        raise ValueError("the answer is not DICOM JSON of instances") from None


async def _store(session: aiohttp.ClientSession, url: str, study: Study, folder: Path) -> None:
    """Stores all objects of a study in one request (DICOM PS3.18 10.5)."""
    boundary = secrets.token_hex(16)
    head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    files = sorted((folder / study.key).rglob("*.dcm"))
    body = b"".join(head + path.read_bytes() + b"\r\n" for path in files) + f"--{boundary}--\r\n".encode()
    headers = {
        "Accept": DICOM_JSON,
        "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
    }
    async with session.post(f"{url}/studies", data=io.BytesIO(body), headers=headers, allow_redirects=False) as answer:
        # 202 and 409: some or all objects were not stored; the next search shows which ones.
        if answer.status not in (200, 202, 409):
            raise _refused(url, "the upload of a study", answer.status)


def _refused(url: str, request: str, status: int) -> ArchiveUnsuitable:
    if status in (401, 403):
        cause = "It requires credentials, or other credentials."
        fix = "Set OHIFBUILD_ARCHIVE_HEADER to a header with full access, such as 'Authorization: Basic …'"
    else:
        cause = "It does not support this service, or not at this URL."
        fix = "Check which DICOMweb services are enabled in the archive."
    return ArchiveUnsuitable(f"The archive at {url} answered {status} to {request}.", cause=cause, fix=fix)
