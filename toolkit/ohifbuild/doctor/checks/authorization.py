"""Whether the token gets to the archive, and what it is good for there."""

from __future__ import annotations

from urllib.parse import urlsplit

from ohifbuild.contract.tokens import claims_of, expiry_of
from ohifbuild.doctor.checks.arrival import DAY, SKEW_SECONDS, skew
from ohifbuild.doctor.checks.page import is_too_long
from ohifbuild.doctor.checks.remedies import is_nginx
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gather import REDIRECTS
from ohifbuild.doctor.gather_archive import rows
from ohifbuild.doctor.gathered import ArchiveSeen, Evidence

REFUSED = (401, 403)
LONGEST_REASON = 120
END_OF_TIME = 253402300799
"""The last second of the year 9999: a token may claim a number that no float holds."""
NO_IMAGES = "The viewer opens, and says that the link is not valid, or stays empty."


def token_header(evidence: Evidence) -> Finding:
    """Whether the header that carries the token gets through to the archive."""
    about = Check("token-header", "Token's header")
    archive, viewer = evidence.archive, evidence.viewer
    if archive is None or viewer is None or not archive.granted:
        return about.untried(_why_not(evidence))
    name = viewer.page.settings.token_header
    answer = next(iter(archive.granted.values()))
    if rows(answer):
        return about.right(f"The header {name} gets through.")
    if is_too_long(answer):
        length = len(evidence.link.token or "")
        return about.wrong(
            f"A token of {length} characters in {name} is refused as too long ({answer.status}).",
            NO_IMAGES,
            "nginx: large_client_header_buffers 4 32k\nApache: LimitRequestFieldSize 32768",
        )
    taken = next((other for other, reply in archive.other_header.items() if rows(reply)), "")
    if taken:
        return about.wrong(
            f"The archive takes the token in {taken}, but the viewer sends it in {name}.",
            NO_IMAGES,
            f"ohifbuild build --token-header {taken}"
            + (" --token-scheme Bearer" if taken == "Authorization" else "")
            + f'\nor tell the archive of {name}; Orthanc\'s authorization plugin: "TokenHttpHeaders": ["{name}"]',
        )
    if answer.status not in REFUSED or not _as_without(archive, answer):
        return about.right(f"The header {name} gets through: the archive answers otherwise without it.")
    if "_" in name:
        return about.wrong(
            f"With {name} the archive answers as without it: a proxy drops it, as nginx does with names that have an "
            "underscore.",
            NO_IMAGES,
            f"nginx, in the server block: underscores_in_headers on;\nor: ohifbuild build --token-header "
            f"{name.replace('_', '-')}",
        )
    if _says_none_came(answer):
        clear = f"nginx: proxy_set_header {name} $http_{name.lower().replace('-', '_')}; and no line that empties it"
        return about.wrong(
            f"The archive says that no token came, though {name} was sent: a proxy in front of it drops the header.",
            NO_IMAGES,
            clear if is_nginx(answer) else f"Have the proxy pass {name} on; {clear}",
        )
    return about.untried("the archive says the same with a token as without.")


def token(evidence: Evidence) -> Finding:
    """Whether the archive grants the link's studies to its token."""
    about = Check("token", "Token")
    archive, viewer = evidence.archive, evidence.viewer
    said = _said_by_token(evidence)
    if said:
        return about.wrong(said, NO_IMAGES, "Have a new link made.")
    if archive is None or viewer is None or not archive.granted:
        return about.untried(_why_not(evidence))
    missing = [answer for answer in archive.granted.values() if not rows(answer)]
    count = len(archive.granted)
    if not missing:
        return about.right("It opens the link's study." if count == 1 else f"It opens all {count} studies of the link.")
    which = "the study" if count == 1 else f"{len(missing)} of {count} studies"
    answer = missing[0]
    if answer.trouble:
        return about.wrong(f"The archive breaks off ({answer.trouble}).", NO_IMAGES, "Read the archive's own log.")
    if answer.status in REDIRECTS:
        there = urlsplit(answer.get("location"))
        return about.wrong(
            f"The archive redirects to {there.netloc.rpartition('@')[2]}{there.path} ({answer.status}).",
            "The viewer follows no redirect with a token: no study appears.",
            "Have the archive answer by itself, or name the place where it leads as the dist's DICOMweb root.",
        )
    if answer.status in REFUSED:
        header = viewer.page.settings.token_header
        return about.wrong(
            f"The archive refuses {which} ({answer.status}){_reason(answer)}.",
            NO_IMAGES,
            "Have a new link made: the token is unknown, has expired, or is for another study."
            + (
                f"\nOr it does not arrive: the archive says the same without. Every proxy has to pass {header} on."
                if _as_without(archive, answer)
                else ""
            ),
        )
    if answer.status in (200, 204):
        return about.wrong(
            f"The archive has no such study for this token: {which} missing.",
            "The viewer opens and says that there is no such study.",
            "See in the archive whether the study is there, under this Study Instance UID.",
        )
    return about.wrong(f"The archive answers {answer.status} for {which}.", NO_IMAGES, "Read the archive's own log.")


def _why_not(evidence: Evidence) -> str:
    if evidence.link.problem:
        return "the viewer does not follow the link."
    if not evidence.link.token or not evidence.link.studies:
        return "the link has no token." if not evidence.link.token else "the link names no study."
    if evidence.viewer and evidence.viewer.root and not evidence.sends_token:
        return "not sent: the connection is not verified (--insecure sends it all the same)."
    return "other things first."


def _as_without(archive: ArchiveSeen, answer: Answer) -> bool:
    """Whether the archive said the same to nobody: by status, challenge and text."""
    nobody = archive.nobody
    return nobody is not None and all(
        one == other
        for one, other in (
            (answer.status, nobody.status),
            (answer.get("www-authenticate"), nobody.get("www-authenticate")),
            (answer.body, nobody.body),
        )
    )


def _says_none_came(answer: Answer) -> bool:
    """Whether a challenge says so: without an error code no credentials came (RFC 6750 3.1)."""
    challenge = answer.get("www-authenticate").lower()
    return challenge.startswith(("bearer", "token")) and "error=" not in challenge


def _reason(answer: Answer) -> str:
    """The archive's own words, if they are few."""
    _, found, rest = answer.get("www-authenticate").partition('error_description="')
    if found:
        return f": {rest.partition(chr(34))[0][:LONGEST_REASON].rstrip('.')}"
    if answer.media_type == "text/plain" and 0 < len(answer.body) <= LONGEST_REASON:
        return f": {answer.body.decode('utf-8', errors='replace').strip().rstrip('.')}"
    return ""


def _said_by_token(evidence: Evidence) -> str:
    """What a token says of its own times, if it is a JSON Web Token (RFC 7519 4.1) that anyone can read."""
    token = evidence.link.token or ""
    ahead = skew(evidence) or 0.0
    now = evidence.now + (ahead if abs(ahead) > SKEW_SECONDS else 0.0)
    ends, begins = expiry_of(token), claims_of(token).get("nbf")
    if ends is not None and ends < now:
        return f"It expired {_ago(now - max(ends, 0))} ago, by its own words."
    if isinstance(begins, int | float) and not isinstance(begins, bool) and begins > now:
        return f"It is good only in {_ago(min(begins, END_OF_TIME) - now)}, by its own words."
    return ""


def _ago(seconds: float) -> str:
    if seconds > 2 * DAY:
        return f"{seconds / DAY:.0f} days"
    return f"{seconds / 3600:.0f} hours" if seconds > 7200 else f"{seconds / 60:.0f} minutes"
