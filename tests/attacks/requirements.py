"""The requirements that must hold for every attack."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import unquote

from attacks.model import Received, Requirement, Seen

LONGEST_SHOWN = 240
STUDY_NAMES = frozenset({"StudyInstanceUID", "0020000D", "0020000d", "studyUID"})
CROOKED_NAMES = re.compile(r"(?i)study(instance)?uid|0020,?000d|.*patient|0010")


def everything(*demands: Requirement) -> Requirement:
    """All of these requirements."""

    def demand(seen: Seen) -> str:
        return "; ".join(filter(None, (each(seen) for each in demands)))

    demand.__doc__ = " ".join(each.__doc__ or "" for each in demands)
    return demand


# Where requests go


def attacker_gets_nothing(seen: Seen) -> str:
    """Nothing reaches the attacker's server, nor any other place than the viewer's own."""
    return _listed("the attacker got", [request.target for request in seen.evil]) or _listed(
        "the browser tried", seen.strayed
    )


def attacker_gets_no_token(seen: Seen) -> str:
    """No request to the attacker's server carries the token."""
    return _listed("the attacker got the token with", _carrying(seen.evil, seen.token))


def token_only_in_its_header(seen: Seen) -> str:
    """The token is in no Referer, URL, cookie or other header, and in no request outside the DICOMweb root but the link's."""
    bad = []
    for request in seen.site:
        headers = [(name, value) for name, value in request.headers if name != "token" or request not in seen.archive]
        if _holds("\n".join(value for _, value in headers), seen.token):
            bad.append(f"{request.method} {request.target} (headers)")
        if _holds(request.target, seen.token) and request != seen.site[0]:
            bad.append(f"{request.method} {request.target}")
    return _listed("the token is in", bad)


def archive_gets_no_token(seen: Seen) -> str:
    """No request to the archive carries the token."""
    return _listed("the archive got the token with", _carrying(seen.archive, seen.token))


def archive_gets_nothing(seen: Seen) -> str:
    """The archive gets no request at all."""
    return _listed("the archive got", [request.target for request in seen.archive])


def archive_gets_only_the_study(seen: Seen) -> str:
    """The archive gets only requests that name the link's study, and no other study or patient."""
    return _listed("the archive got", [r.target for r in seen.archive if not _is_about(r, seen.own)])


def site_gets_no(part: str) -> Requirement:
    """A demand that the viewer's own server is asked for nothing there."""

    def demand(seen: Seen) -> str:
        return _listed("the server got", [r.target for r in seen.site if r.target.startswith(part)])

    demand.__doc__ = f"The viewer's server is asked for nothing under {part}."
    return demand


def archive_gets(part: str) -> Requirement:
    """A demand that the archive is asked for something."""

    def demand(seen: Seen) -> str:
        found = any(part in request.target for request in seen.archive)
        return "" if found else f"the archive was not asked for {part}"

    demand.__doc__ = f"The archive is asked for {part}."
    return demand


def token_once(seen: Seen) -> str:
    """Every request to the archive carries the token exactly once."""
    return _listed(
        "the archive got the header not once with",
        [f"{r.target} ({len(r.values('token'))})" for r in seen.archive if r.values("token") != [seen.token]],
    )


def only_reads(seen: Seen) -> str:
    """The archive gets nothing but GET and HEAD."""
    return _listed(
        "the archive got", [f"{r.method} {r.target}" for r in seen.archive if r.method not in ("GET", "HEAD")]
    )


# What is shown


def says(*reasons: str) -> Requirement:
    """A demand for one of these messages."""

    def demand(seen: Seen) -> str:
        return "" if seen.message in reasons else f"the message is {seen.message or 'missing'}"

    demand.__doc__ = f"The page says: {' or '.join(reasons)}."
    return demand


def shows_nothing_of(text: str) -> Requirement:
    """A demand that a text is not shown."""

    def demand(seen: Seen) -> str:
        return f"the page shows {text}" if text in seen.shown else ""

    demand.__doc__ = f"The page does not show '{text}'."
    return demand


# What is left


def token_in_no(*names: str) -> Requirement:
    """A demand that the token is in none of these places."""

    def demand(seen: Seen) -> str:
        found = [name for name in names if _holds(seen.places.get(name, ""), seen.token)]
        missing = [name for name in names if name not in seen.places]
        return _listed("the token is in", found) or _listed("nothing is known of", missing)

    demand.__doc__ = f"The token is not in: {', '.join(names)}."
    return demand


def result_has_no_token(seen: Seen) -> str:
    """What the script finds does not hold the token."""
    text = json.dumps(seen.result, ensure_ascii=False, default=str)
    if text.startswith('"threw'):
        return f"the script {text}"
    return f"the script found {text[:LONGEST_SHOWN]}" if _holds(text, seen.token) else ""


def result_is(wanted: object) -> Requirement:
    """A demand for just this result of the script."""

    def demand(seen: Seen) -> str:
        return (
            "" if seen.result == wanted else f"the script found {json.dumps(seen.result, default=str)[:LONGEST_SHOWN]}"
        )

    demand.__doc__ = f"The script finds {json.dumps(wanted)}."
    return demand


def script_does_not_run(seen: Seen) -> str:
    """The attacker's script does not run in the viewer's origin."""
    return "the script ran" if seen.result else ""


def _is_about(request: Received, study: str) -> bool:
    """Whether a request names this study alone. Deliberately simpler than the contract, of which it knows nothing."""
    path, _, query = unquote(request.target).partition("?")
    levels = [level for level in path.split("/")[2:] if level]
    pairs = [(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&"))]
    named = set(levels[1:2]) if levels[:1] == ["studies"] else set()
    named |= {uid for name, value in pairs if name in STUDY_NAMES for uid in re.split(r"[,\\]", value)}
    search = len(levels) <= 1 or levels[0] == "studies"
    crooked = any(name not in STUDY_NAMES and CROOKED_NAMES.match(name) for name, _ in pairs)
    return search and named == {study} and not crooked


def _carrying(requests: Iterable[Received], token: str) -> list[str]:
    return [request.target for request in requests if _holds(request.text, token)]


def _holds(text: str, token: str) -> bool:
    return token in text or token in unquote(text)


def _listed(what: str, found: Iterable[str]) -> str:
    lines = list(found)
    return f"{what} {len(lines)}: {', '.join(lines)[:LONGEST_SHOWN]}" if lines else ""
