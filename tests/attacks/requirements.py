"""The requirements that attacks are judged by."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import unquote

from attacks.model import Outcome, Received, Requirement

LONGEST_SHOWN = 240
STUDY_NAMES = frozenset({"StudyInstanceUID", "0020000D", "0020000d", "studyUID"})
AMBIGUOUS_NAMES = re.compile(r"(?i)study(instance)?uid|0020,?000d|.*patient|0010")


def all_of(*requirements: Requirement) -> Requirement:
    """A requirement that holds if all of these hold."""

    def requirement(outcome: Outcome) -> str:
        return "; ".join(filter(None, (each(outcome) for each in requirements)))

    requirement.__doc__ = " ".join(each.__doc__ or "" for each in requirements)
    return requirement


# Where requests go


def attacker_gets_nothing(outcome: Outcome) -> str:
    """No request reaches the attacker's server, or any server but the viewer's."""
    return _listed("the attacker got", [request.target for request in outcome.evil]) or _listed(
        "the browser tried", outcome.blocked
    )


def attacker_gets_no_token(outcome: Outcome) -> str:
    """No request to the attacker's server carries the token."""
    return _listed("the attacker got the token with", _carrying(outcome.evil, outcome.token))


def token_only_in_its_header(outcome: Outcome) -> str:
    """The token is only in its header, and only in requests to the DICOMweb root; the request of the link may have it."""
    bad = []
    for request in outcome.site:
        headers = [
            (name, value) for name, value in request.headers if name != "token" or request not in outcome.archive
        ]
        if _contains("\n".join(value for _, value in headers), outcome.token):
            bad.append(f"{request.method} {request.target} (headers)")
        if _contains(request.target, outcome.token) and request != outcome.site[0]:
            bad.append(f"{request.method} {request.target}")
    return _listed("the token is in", bad)


def archive_gets_no_token(outcome: Outcome) -> str:
    """No request to the archive carries the token."""
    return _listed("the archive got the token with", _carrying(outcome.archive, outcome.token))


def archive_gets_nothing(outcome: Outcome) -> str:
    """The archive gets no request at all."""
    return _listed("the archive got", [request.target for request in outcome.archive])


def archive_gets_only_the_study(outcome: Outcome) -> str:
    """The archive gets only requests that name the link's study, and no other study or patient."""
    return _listed("the archive got", [r.target for r in outcome.archive if not _is_about(r, outcome.own)])


def site_gets_no(part: str) -> Requirement:
    """The viewer's server gets no request whose path begins with ``part``."""

    def requirement(outcome: Outcome) -> str:
        return _listed("the server got", [r.target for r in outcome.site if r.target.startswith(part)])

    requirement.__doc__ = f"The viewer's server gets no request under {part}."
    return requirement


def archive_gets(part: str) -> Requirement:
    """The archive gets a request whose path contains ``part``."""

    def requirement(outcome: Outcome) -> str:
        found = any(part in request.target for request in outcome.archive)
        return "" if found else f"the archive got no request for {part}"

    requirement.__doc__ = f"The archive gets a request for {part}."
    return requirement


def token_once(outcome: Outcome) -> str:
    """Every request to the archive carries the token exactly once."""
    return _listed(
        "the archive did not get the header exactly once with",
        [f"{r.target} ({len(r.values('token'))})" for r in outcome.archive if r.values("token") != [outcome.token]],
    )


def only_reads(outcome: Outcome) -> str:
    """The archive gets nothing but GET and HEAD."""
    return _listed(
        "the archive got", [f"{r.method} {r.target}" for r in outcome.archive if r.method not in ("GET", "HEAD")]
    )


# What is shown


def says(*reasons: str) -> Requirement:
    """The page shows a message with one of these reasons."""

    def requirement(outcome: Outcome) -> str:
        return "" if outcome.message in reasons else f"the message is {outcome.message or 'missing'}"

    requirement.__doc__ = f"The page says: {' or '.join(reasons)}."
    return requirement


def shows_nothing_of(text: str) -> Requirement:
    """The page does not show the text."""

    def requirement(outcome: Outcome) -> str:
        return f"the page shows {text}" if text in outcome.shown else ""

    requirement.__doc__ = f"The page does not show '{text}'."
    return requirement


# What remains


def token_in_no(*names: str) -> Requirement:
    """The token is in none of these places of ``Outcome.places``."""

    def requirement(outcome: Outcome) -> str:
        found = [name for name in names if _contains(outcome.places.get(name, ""), outcome.token)]
        missing = [name for name in names if name not in outcome.places]
        return _listed("the token is in", found) or _listed("these places were not read:", missing)

    requirement.__doc__ = f"The token is not in: {', '.join(names)}."
    return requirement


def result_has_no_token(outcome: Outcome) -> str:
    """The script's result does not contain the token."""
    text = json.dumps(outcome.result, ensure_ascii=False, default=str)
    if text.startswith('"threw'):
        return f"the script {text}"
    return f"the script found {text[:LONGEST_SHOWN]}" if _contains(text, outcome.token) else ""


def result_is(wanted: object) -> Requirement:
    """The script returns exactly this result."""

    def requirement(outcome: Outcome) -> str:
        return (
            ""
            if outcome.result == wanted
            else f"the script found {json.dumps(outcome.result, default=str)[:LONGEST_SHOWN]}"
        )

    requirement.__doc__ = f"The script returns {json.dumps(wanted)}."
    return requirement


def script_does_not_run(outcome: Outcome) -> str:
    """The attacker's script does not run in the viewer's origin."""
    return "the script ran" if outcome.result else ""


def _is_about(request: Received, study: str) -> bool:
    """Whether a request names only this study. Deliberately simpler than the contract and independent of it."""
    path, _, query = unquote(request.target).partition("?")
    levels = [level for level in path.split("/")[2:] if level]
    pairs = [(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&"))]
    named = set(levels[1:2]) if levels[:1] == ["studies"] else set()
    named |= {uid for name, value in pairs if name in STUDY_NAMES for uid in re.split(r"[,\\]", value)}
    search = len(levels) <= 1 or levels[0] == "studies"
    ambiguous = any(name not in STUDY_NAMES and AMBIGUOUS_NAMES.match(name) for name, _ in pairs)
    return search and named == {study} and not ambiguous


def _carrying(requests: Iterable[Received], token: str) -> list[str]:
    return [request.target for request in requests if _contains(request.text, token)]


def _contains(text: str, token: str) -> bool:
    return token in text or token in unquote(text)


def _listed(what: str, found: Iterable[str]) -> str:
    lines = list(found)
    return f"{what} {len(lines)}: {', '.join(lines)[:LONGEST_SHOWN]}" if lines else ""
