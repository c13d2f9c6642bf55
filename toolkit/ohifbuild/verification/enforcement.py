"""Checks that an archive enforces tokens itself, with requests that the viewer never sends.

The scenarios show what the viewer sends. That protects nothing against people who use another program.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp

from ohifbuild.contract.grants import Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.core.errors import ArchiveUnreachable, ArchiveUnsuitable
from ohifbuild.verification.dataset import STUDIES

SECONDS = 30.0
STUDY = "0020000D"
LEVELS = ("studies", "series", "instances")


@dataclass(frozen=True)
class Probe:
    """A request that must be refused, or answered with these studies at most.

    Args:
        target: path and query below the DICOMweb root.
        who: the kind of token, for the report.
        token: the token; '' for none.
        studies: the studies that the answer may name.
    """

    target: str
    who: str
    token: str
    studies: frozenset[str] = frozenset()


async def check_enforcement(url: str, tokens: Tokens, settings: Settings) -> None:
    """Checks that each token, and no token, gives access to no more than it should.

    Args:
        url: the DICOMweb root of an archive that holds the dataset and knows the tokens, without a slash at the end.
        tokens: the tokens and what each gives access to.
        settings: header and scheme of the token.

    Raises:
        ArchiveUnsuitable: the archive grants more; ``details`` lists the requests.
        ArchiveUnreachable: the connection fails.
    """
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
            found = [
                line for probe in dict.fromkeys(_probes(tokens)) if (line := await _leak(session, url, probe, settings))
            ]
    except (aiohttp.ClientError, OSError) as error:
        raise ArchiveUnreachable(
            f"The archive at {url} closed the connection during the access check ({type(error).__name__}).",
            cause="The archive ended, or the network failed.",
            fix="PixelFormat into its log.",
        ) from error
    if found:
        raise ArchiveUnsuitable(
            f"The archive at {url} grants more than the tokens allow.",
            cause="Its access control does not cover all requests.",
            fix="Fix its access control first: no viewer can replace it.",
            details="\n".join(f"  {line}" for line in found),
        )


def _probes(tokens: Tokens) -> Iterator[Probe]:
    token, grant = next((token, grant) for token, grant in tokens.grants.items() if len(grant.studies) == 1)
    (own,) = grant.studies
    for level in LEVELS:
        yield Probe(f"/{level}", "no token", "")
        yield Probe(f"/{level}", "a token", token, grant.studies)
    for who, other in (("no token", ""), *(("an expired token", expired) for expired in tokens.expired)):
        yield Probe(f"/studies/{own}/series", who, other)
        yield Probe(f"/studies?StudyInstanceUID={own}", who, other)
    for study in STUDIES:
        if study.uid != own:
            yield Probe(f"/studies/{study.uid}/series", "another study's token", token)
            yield Probe(f"/studies?StudyInstanceUID={study.uid}", "another study's token", token)
        if study.patient.id not in grant.patients and study.patient.id.isascii():
            yield Probe(f"/studies?PatientID={study.patient.id}", "a token", token, grant.studies)


async def _leak(session: aiohttp.ClientSession, url: str, probe: Probe, settings: Settings) -> str:
    """A line about what the archive grants too much; '' for nothing."""
    headers = {"Accept": "application/dicom+json"}
    if probe.token:
        headers[settings.token_header] = settings.header_value(probe.token)
    async with session.get(url + probe.target, headers=headers, allow_redirects=False) as answer:
        if not 200 <= answer.status < 300:
            return ""
        body = await answer.read()
    request = f"GET {probe.target} with {probe.who}"
    try:
        named = {uid for item in json.loads(body or b"[]") for uid in item[STUDY]["Value"]}
    except (ValueError, LookupError, TypeError):
        return f"{request}: {answer.status}, with an unreadable answer"
    more = named - probe.studies
    return f"{request}: {answer.status}, with {len(more)} studies that must not be accessible" if more else ""
