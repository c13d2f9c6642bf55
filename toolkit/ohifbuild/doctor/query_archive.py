"""Sends the archive requests that the viewer sends, and requests that it must refuse.

The token is sent with GET requests for the link's studies, and with two searches that the archive must refuse or
restrict to those studies: for the patient, and for everything.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from urllib.parse import urlsplit

from ohifbuild.contract.link import Link
from ohifbuild.contract.request import Scope
from ohifbuild.contract.settings import Settings
from ohifbuild.contract.tokens import LONGEST
from ohifbuild.doctor.address import Address
from ohifbuild.doctor.archive_client import ArchiveClient
from ohifbuild.doctor.client import Answer, Client
from ohifbuild.doctor.data_sets import is_json, rows
from ohifbuild.doctor.observations import ArchiveEvidence, ViewerEvidence
from ohifbuild.doctor.query_study import query_study

EMPTY_UPLOAD = {"Content-Type": 'multipart/related; type="application/dicom"; boundary=none'}
SEARCH = "/studies?limit=1"
STUDIES_TRIED = 10

DEMONSTRATION = ".cloudfront.net"
OTHER_HEADERS = {"Authorization": "Bearer ", "token": ""}
"""Other headers in which archives look for a token, and the prefix of the token there."""


async def query_archive(
    theirs: Client, address: Address, link: Link, viewer: ViewerEvidence, *, sends_token: bool
) -> ArchiveEvidence:
    """The answers of the archive at the viewer's DICOMweb root; without ``sends_token`` only those without a token."""
    parts = urlsplit(viewer.root)
    crosses = f"{parts.scheme}://{parts.netloc}" != address.origin
    scope = Scope(frozenset(link.studies), any_patient=True, open=True)
    archive = ArchiveClient(theirs, viewer.root, address.origin if crosses else "", scope)
    settings = viewer.page.settings
    seen = ArchiveEvidence(await archive.ask(SEARCH))
    if crosses:
        name = settings.token_header.lower()
        asks = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": name}
        seen = replace(seen, preflight=await archive.ask("/studies", asks, method="OPTIONS"))
    if not is_archive(seen.anonymous_search):
        return seen
    seen = await _requests_to_refuse(archive, settings, seen)
    if not sends_token or not link.token or not link.studies:
        return seen
    seen = await _with_and_without(archive, link.token, link.studies, settings, seen)
    opened = next(((uid, found[0]) for uid, answer in seen.granted.items() if (found := rows(answer))), None)
    if opened is None:
        others = await _in_other_headers(archive, link.token, link.studies[0], settings.token_header)
        return replace(seen, other_header=others)
    mine = {settings.token_header: settings.header_value(link.token)}
    return await query_study(archive, viewer, mine, *opened, seen)


async def _requests_to_refuse(archive: ArchiveClient, settings: Settings, seen: ArchiveEvidence) -> ArchiveEvidence:
    """Requests without the link's token that the archive must refuse, and that change nothing: an empty upload, the
    first search with ambiguous paths, and with the longest token, which nobody issued."""
    last = urlsplit(archive.root).path.rpartition("/")[2]
    paths = {
        **({f"/%2e%2e/{last}/": f"/%2e%2e/{last}{SEARCH}"} if last else {}),
        "//": f"/{SEARCH}",
        "%2F": f"/%2F{SEARCH.removeprefix('/')}",
    }
    longest = {settings.token_header: settings.header_value(forged_like("x" * LONGEST))}
    upload, long_token, *answers = await asyncio.gather(
        archive.ask("/studies", EMPTY_UPLOAD, method="POST"),
        archive.ask(SEARCH, longest),
        *(archive.ask(path) for path in paths.values()),
    )
    ambiguous = dict(zip(paths, answers, strict=True))
    return replace(seen, upload=upload, ambiguous=ambiguous, long_token=long_token)


async def _with_and_without(
    archive: ArchiveClient, token: str, studies: tuple[str, ...], settings: Settings, seen: ArchiveEvidence
) -> ArchiveEvidence:
    """Searches for the link's studies with the token, without a token, and with a token that nobody issued.

    The searches without it have a query that no browser sends, so that no cache answers them. The last one repeats a
    search that was granted, which a cache might answer.
    """
    name, tried = settings.token_header, studies[:STUDIES_TRIED]
    mine = {name: settings.header_value(token)}
    forged = {name: settings.header_value(forged_like(token))}
    unusual = f"/studies?limit=1&StudyInstanceUID={tried[0]}"
    everything, anonymous_study, forgery, *granted = await asyncio.gather(
        archive.ask_with(mine, "/studies?limit=5"),
        archive.ask(unusual),
        archive.ask_with(forged, f"{unusual}&offset=0"),
        *(archive.ask_with(mine, _search(uid)) for uid in tried),
    )
    repeated = await archive.ask(_search(tried[0]))
    by_study = dict(zip(tried, granted, strict=True))
    return replace(
        seen,
        everything=everything,
        anonymous_study=anonymous_study,
        forged=forgery,
        granted=by_study,
        repeated=repeated,
    )


async def _in_other_headers(archive: ArchiveClient, token: str, study: str, name: str) -> dict[str, Answer]:
    """The archive's answers to the token in other usual headers."""
    others = {other: scheme for other, scheme in OTHER_HEADERS.items() if other.lower() != name.lower()}
    tried = (archive.ask_with({other: scheme + token}, _search(study)) for other, scheme in others.items())
    return dict(zip(others, await asyncio.gather(*tried), strict=True))


def _search(study: str) -> str:
    return f"/studies?StudyInstanceUID={study}"


def is_demonstration(viewer: ViewerEvidence) -> bool:
    """Whether the viewer is OHIF with its original configuration, which names demonstration archives on CloudFront."""
    return viewer.page.kind == "ohif" and (urlsplit(viewer.root).hostname or "").endswith(DEMONSTRATION)


def forged_like(token: str) -> str:
    """A token of the same length that nobody issued."""
    return (secrets.token_urlsafe(32) * (len(token) // 32 + 1))[: max(len(token), 16)]


def is_archive(answer: Answer) -> bool:
    """Whether the answer is one of a DICOMweb archive, or a refusal, so that sending the token makes sense."""
    return answer.status in (204, 400, 401, 403) or (answer.status == 200 and is_json(answer))
