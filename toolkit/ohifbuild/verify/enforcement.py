"""Whether an archive enforces tokens by itself, asked for what no viewer of ours would ask for.

The scenarios show what the viewer sends; that it sends no more is no protection against people who do not use it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp

from ohifbuild.contract.grants import Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.core.errors import ArchiveUnreachable, ArchiveUnsuitable
from ohifbuild.verify.dataset import STUDIES

SECONDS = 30.0
STUDY = "0020000D"
LEVELS = ("studies", "series", "instances")


@dataclass(frozen=True)
class Probe:
    """A question that has to be refused, or answered with these studies at most."""

    target: str
    who: str
    token: str
    studies: frozenset[str] = frozenset()


async def check_enforcement(url: str, tokens: Tokens, settings: Settings) -> None:
    """Returns if no token, and none at all, opens more than it should.

    Args:
        url: the archive's DICOMweb root, without a slash at the end; it holds the dataset, and knows the tokens.

    Raises:
        ArchiveUnsuitable: it gives away more; ``details`` says what.
        ArchiveUnreachable: it breaks off.
    """
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
            found = [
                line for probe in dict.fromkeys(_probes(tokens)) if (line := await _leak(session, url, probe, settings))
            ]
    except (aiohttp.ClientError, OSError) as error:
        raise ArchiveUnreachable(
            f"The archive at {url} broke off while it was asked what it lets through ({type(error).__name__}).",
            cause="It ended, or the network to it broke down.",
            fix="Look into its log.",
        ) from error
    if found:
        raise ArchiveUnsuitable(
            f"The archive at {url} gives away more than the tokens allow.",
            cause="Whatever checks tokens there does not check all that can be asked.",
            fix="Mend that first: no viewer can make up for it.",
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
    """What the archive gives away, in a line; '' for nothing."""
    headers = {"Accept": "application/dicom+json"}
    if probe.token:
        headers[settings.token_header] = settings.header_value(probe.token)
    async with session.get(url + probe.target, headers=headers, allow_redirects=False) as answer:
        if not 200 <= answer.status < 300:
            return ""
        body = await answer.read()
    asked = f"GET {probe.target} with {probe.who}"
    try:
        named = {uid for item in json.loads(body or b"[]") for uid in item[STUDY]["Value"]}
    except (ValueError, LookupError, TypeError):
        return f"{asked}: {answer.status}, and an answer that cannot be read"
    more = named - probe.studies
    return f"{asked}: {answer.status}, and {len(more)} studies that it does not open" if more else ""
