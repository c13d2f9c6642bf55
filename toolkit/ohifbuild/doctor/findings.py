"""What doctor finds: one finding per check, and their order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import quote, quote_plus

State = Literal["right", "wrong", "note", "untried"]
"""``note``: it works, but could be better. ``untried``: something else has to be mended first, or was not given."""

LONGEST_TEXT = 600
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of writing: a server's words must not move the cursor."""


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Args:
        check: the check's name, a word or two with hyphens; part of the JSON form.
        title: what was looked at, a few words.
        state: how it is.
        found: what was seen, a short sentence.
        effect: what comes of it: why the page would be blank, or what could be done to patients' data.
        change: what to change, or the command to run.
        stops: whether the viewer does not work because of it; if not, it is about patients' data, or about later.
        because: the check whose failure explains this one in the end; '' for a cause of its own.
    """

    check: str
    title: str
    state: State
    found: str
    effect: str = ""
    change: str = ""
    stops: bool = True
    because: str = ""


@dataclass(frozen=True)
class Report:
    """All findings about ``subject``: causes first, and of those what stops the viewer; then what follows from them,
    notes, what was not tried, what is right."""

    subject: str
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """What is wrong, the cause first."""
        return tuple(finding for finding in self.findings if finding.state == "wrong")

    @property
    def cause(self) -> Finding | None:
        """What to mend first."""
        return self.wrong[0] if self.wrong else None

    def document(self) -> dict[str, Any]:
        """The JSON form, described in docs/reference/doctor.md."""
        keys = ("check", "title", "state", "found", "effect", "change", "stops", "because")
        return {
            "subject": self.subject,
            "ok": not self.wrong,
            "cause": self.cause.check if self.cause else None,
            "findings": [{key: getattr(finding, key) for key in keys} for finding in self.findings],
        }


def report(
    subject: str,
    findings: Iterable[Finding],
    *,
    follows: Mapping[str, Sequence[str]],
    secrets: Sequence[str] = (),
) -> Report:
    """The report on findings that come in the order in which things depend on each other.

    Args:
        follows: for a check, those whose failure explains its own.
        secrets: what is blanked out wherever it appears.
    """
    listed = [_plain(finding, secrets) for finding in findings]
    wrong = {finding.check for finding in listed if finding.state == "wrong"}

    def cause_of(check: str) -> str:
        nearer = next((cause for cause in follows.get(check, ()) if cause in wrong), "")
        return cause_of(nearer) or nearer if nearer else ""

    explained = [
        replace(finding, because=cause_of(finding.check)) if finding.state == "wrong" else finding for finding in listed
    ]
    return Report(plain(subject, secrets), tuple(sorted(explained, key=_place)))


def forms_of(token: str) -> tuple[str, ...]:
    """A token in every form in which a server could repeat it, longest first; none for ''."""
    forms = {token, quote(token, safe=""), quote(token), quote_plus(token)}
    return tuple(sorted((form for form in forms if form), key=len, reverse=True))


def plain(text: str, secrets: Sequence[str] = ()) -> str:
    """The text without secrets and without characters that a terminal would obey, and not longer than is useful."""
    for secret in secrets:
        text = text.replace(secret, "***")
    lines = [UNPRINTABLE.sub("?", line) for line in text.split("\n")]
    whole = "\n".join(lines)
    return whole if len(whole) <= LONGEST_TEXT else whole[:LONGEST_TEXT] + "…"


def _plain(finding: Finding, secrets: Sequence[str]) -> Finding:
    return replace(
        finding,
        title=plain(finding.title, secrets),
        found=plain(finding.found, secrets),
        effect=plain(finding.effect, secrets),
        change=plain(finding.change, secrets),
    )


def _place(finding: Finding) -> tuple[int, bool, bool]:
    return ("wrong", "note", "untried", "right").index(finding.state), bool(finding.because), not finding.stops


@dataclass(frozen=True)
class Check:
    """A check, by its name and title."""

    check: str
    title: str

    def right(self, found: str) -> Finding:
        """It is as it should be."""
        return Finding(self.check, self.title, "right", found)

    def note(self, found: str, effect: str, change: str = "") -> Finding:
        """It works, but could be better."""
        return Finding(self.check, self.title, "note", found, effect, change)

    def wrong(self, found: str, effect: str, change: str, *, stops: bool = True) -> Finding:
        """It has to be mended; ``stops``: or the viewer does not work."""
        return Finding(self.check, self.title, "wrong", found, effect, change, stops)

    def untried(self, found: str = "other things first.") -> Finding:
        """It could not be looked at."""
        return Finding(self.check, self.title, "untried", found)
