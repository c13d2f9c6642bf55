"""Checks whether the token reaches the archive, and whether it gives access to the link's studies."""

from __future__ import annotations

from collections.abc import Mapping

from ohifbuild.contract.tokens import LONGEST, claims_of, expiry_of
from ohifbuild.doctor.checks.answers import dialog_of, fault_in, is_too_long, page_says
from ohifbuild.doctor.checks.navigation import DAY, SKEW_SECONDS, skew
from ohifbuild.doctor.checks.remedies import accept_long_lines, is_nginx
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.data_sets import is_json, rows
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import ArchiveEvidence, Evidence

REFUSED = (401, 403)
LONGEST_REASON = 120
END_OF_TIME = 253402300799
"""The last second of the year 9999, because a token may contain a number that no float can hold."""
NO_IMAGES = "The viewer opens, and reports that the link is invalid, or stays empty."


def token_header(evidence: Evidence) -> Finding:
    """Whether the header with the token reaches the archive."""
    check = Check("token-header", "Token's header")
    archive, viewer = evidence.archive, evidence.viewer
    if archive is None or viewer is None or not archive.granted:
        return check.not_checked(_why_not(evidence))
    name = viewer.page.settings.token_header
    answer = next(iter(archive.granted.values()))
    if any(map(rows, archive.granted.values())):
        return check.right(f"The header {name} reaches the archive.")
    if is_too_long(answer):
        length = len(evidence.link.token or "")
        return check.wrong(
            f"The server refuses a token of {length} characters in {name} as too long ({answer.status}).",
            NO_IMAGES,
            accept_long_lines(answer),
        )
    if archive.anonymous_study and _reports_bad_token(archive.anonymous_study):
        return check.wrong(
            "The archive reports a bad token for a request that had none: a proxy adds one of its own.",
            NO_IMAGES,
            f"Remove the line that adds it. nginx: a proxy_set_header {name} or Authorization with a fixed value; the "
            f"proxy must pass on the browser's {name} alone.",
        )
    taken = next((other for other, reply in archive.other_header.items() if rows(reply)), "")
    if taken:
        return check.wrong(
            f"The archive accepts the token in {taken}, but the viewer sends it in {name}.",
            NO_IMAGES,
            f"ohifbuild build --token-header {taken}"
            + (" --token-scheme Bearer" if taken == "Authorization" else "")
            + f'\nor configure {name} in the archive; Orthanc\'s authorization plugin: "TokenHttpHeaders": ["{name}"]',
        )
    if answer.status not in REFUSED or not _same_as_without(archive, answer):
        return check.right(f"The header {name} reaches the archive: its answer without the header is different.")
    if "_" in name:
        return check.wrong(
            f"The archive's answers with and without {name} are the same: a proxy drops the header. By default nginx "
            "drops headers with an underscore.",
            NO_IMAGES,
            f"nginx, in the server block: underscores_in_headers on;\nor: ohifbuild build --token-header "
            f"{name.replace('_', '-')}",
        )
    if _reports_no_token(answer):
        change = f"nginx: proxy_set_header {name} $http_{name.lower().replace('-', '_')}; and no line that empties it"
        return check.wrong(
            f"The archive reports that it got no token, but {name} was sent: a proxy in front of it drops the header.",
            NO_IMAGES,
            change if is_nginx(answer) else f"Make the proxy forward {name}; {change}",
        )
    return check.not_checked("the archive gives the same answer with and without a token.")


def token(evidence: Evidence) -> Finding:
    """Whether the token gives access to the link's studies."""
    check = Check("token", "Token")
    archive, viewer = evidence.archive, evidence.viewer
    expired = _expired(evidence)
    if expired:
        return check.wrong(expired, NO_IMAGES, "Get a new link.")
    if archive is None or viewer is None or not archive.granted:
        return check.not_checked(_why_not(evidence))
    missing = {number: answer for number, answer in enumerate(archive.granted.values(), 1) if not rows(answer)}
    count = len(archive.granted)
    if not missing:
        studies = "the link's study" if count == 1 else f"all {count} studies of the link"
        return check.right(f"It gives access to {studies}.")
    which, answer = _which(missing, count), next(iter(missing.values()))
    effect = NO_IMAGES if len(missing) == count else "The viewer shows the other studies, and says that one is missing."
    if answer.status in REFUSED and not dialog_of(answer):
        header = viewer.page.settings.token_header
        return check.wrong(
            f"The archive refuses {which} ({answer.status}){_reason(answer)}.",
            effect,
            "Get a new link: the token is unknown, has expired, or is for another study."
            + (
                f"\nOr the token does not reach the archive, whose answer without it is the same. Make every proxy "
                f"forward {header}, and add no second one."
                if _same_as_without(archive, answer)
                else ""
            ),
        )
    if answer.status == 204 or (answer.status == 200 and not answer.failure and is_json(answer)):
        return check.wrong(
            f"With this token the archive does not find {which}.",
            "The viewer opens and reports that there is no such study.",
            "Check whether the archive has the study, with this Study Instance UID.",
        )
    fault = fault_in(answer, "json")
    if fault:
        found = f"The archive's answer for {which} is of no use: {fault.found}."
        return check.wrong(found, effect + page_says(answer, "search"), fault.change)
    return check.not_checked()


def _which(missing: Mapping[int, Answer], count: int) -> str:
    """The studies that the archive does not give, as 'the study', 'study 2 of 3' or '3 of 3 studies'."""
    if count == 1:
        return "the study"
    return f"study {next(iter(missing))} of {count}" if len(missing) == 1 else f"{len(missing)} of {count} studies"


def token_length(evidence: Evidence) -> Finding:
    """Whether the longest token reaches the archive; the same limit holds in all parts of ohifbuild."""
    check = Check("token-length", "Long tokens")
    answer = evidence.archive.long_token if evidence.archive else None
    if answer is None or not answer.status:
        return check.not_checked()
    if not is_too_long(answer):
        return check.right(f"A header with a token of {LONGEST} characters passes.")
    return check.note(
        f"The server refuses a token of {LONGEST} characters as too long ({answer.status}).",
        "Links with long tokens, such as large JSON Web Tokens, open no study.",
        accept_long_lines(answer),
    )


def _why_not(evidence: Evidence) -> str:
    if evidence.link.problem:
        return "the viewer does not follow the link."
    if not evidence.link.token or not evidence.link.studies:
        return "the link has no token." if not evidence.link.token else "the link names no study."
    if evidence.viewer and evidence.viewer.page.settings.access == "session":
        return "the archive is for users who sign in, and gets no token."
    if evidence.viewer and evidence.viewer.root and not evidence.sends_token:
        return "the token was not sent, because the connection is not verified (--insecure sends it anyway)."
    return "another fault prevents it."


def _same_as_without(archive: ArchiveEvidence, answer: Answer) -> bool:
    """Whether the answer without a token is the same: its status, challenge and body."""
    anonymous_study = archive.anonymous_study
    return anonymous_study is not None and all(
        one == other
        for one, other in (
            (answer.status, anonymous_study.status),
            (answer.get("www-authenticate"), anonymous_study.get("www-authenticate")),
            (answer.body, anonymous_study.body),
        )
    )


def _reports_no_token(answer: Answer) -> bool:
    """Whether a challenge has no error code, which means that the request had no credentials (RFC 6750 3.1)."""
    challenge = answer.get("www-authenticate").lower()
    return challenge.startswith(("bearer", "token")) and "error=" not in challenge


def _reports_bad_token(answer: Answer) -> bool:
    """Whether a challenge says that the request had a token, but a bad one (RFC 6750 3.1)."""
    return "invalid_token" in answer.get("www-authenticate").lower()


def _reason(answer: Answer) -> str:
    """The archive's own reason, if it is short."""
    _, found, rest = answer.get("www-authenticate").partition('error_description="')
    if found:
        return f": {rest.partition(chr(34))[0][:LONGEST_REASON].rstrip('.')}"
    if answer.media_type == "text/plain" and 0 < len(answer.body) <= LONGEST_REASON:
        return f": {answer.body.decode('utf-8', errors='replace').strip().rstrip('.')}"
    return ""


def _expired(evidence: Evidence) -> str:
    """Why a token is not valid now by its own claims, if it is a readable JSON Web Token (RFC 7519 4.1); else ''."""
    token = evidence.link.token or ""
    ahead = skew(evidence) or 0.0
    now = evidence.now + (ahead if abs(ahead) > SKEW_SECONDS else 0.0)
    ends, begins = expiry_of(token), claims_of(token).get("nbf")
    if ends is not None and ends < now:
        return f"The token expired {_ago(now - max(ends, 0))} ago, by its own claim."
    if isinstance(begins, int | float) and not isinstance(begins, bool) and begins > now:
        return f"The token becomes valid in {_ago(min(begins, END_OF_TIME) - now)}, by its own claim."
    return ""


def _ago(seconds: float) -> str:
    if seconds > 2 * DAY:
        return f"{seconds / DAY:.0f} days"
    return f"{seconds / 3600:.0f} hours" if seconds > 7200 else f"{seconds / 60:.0f} minutes"
