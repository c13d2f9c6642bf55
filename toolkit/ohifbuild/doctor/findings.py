"""The findings of the checks, one for each, and the report, which orders them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal
from urllib.parse import quote, quote_plus

State = Literal["right", "wrong", "note", "untried"]
"""``note``: it works, but could be better. ``untried``: not checked, because another fault prevents it, or because
the link lacks what the check needs."""

LONGEST_TEXT = 600
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and those that change the direction of text: a server's text must not control the terminal."""


@dataclass(frozen=True)
class Spot:
    """One of the places of a finding: a file, its line (0: none), what is there and the edit that solves it."""

    file: str
    line: int
    found: str
    change: str


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Args:
        check: the check's name, one or two words with hyphens; part of the JSON output.
        title: what was checked, a few words.
        state: the result.
        found: what was observed, a short sentence.
        effect: the consequence: why the page is blank, or how patients' data is at risk.
        change: what to change, or the command to run.
        stops: whether it prevents the viewer from working; if not, it is a risk for patients' data, or for later.
        because: the check whose failure is the cause of this one; '' if this one is a cause itself.
        spots: where it is, for checks of files.
    """

    check: str
    title: str
    state: State
    found: str
    effect: str = ""
    change: str = ""
    stops: bool = True
    because: str = ""
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True)
class Report:
    """All findings about a subject, in this order: causes that stop the viewer, other causes, faults that follow from
    causes, notes, what was not checked, what is right.

    Args:
        subject: what was examined.
        findings: the findings in this order.
    """

    subject: str
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """The faults, causes first."""
        return tuple(finding for finding in self.findings if finding.state == "wrong")

    @property
    def cause(self) -> Finding | None:
        """The fault to fix first."""
        return self.wrong[0] if self.wrong else None

    def document(self) -> dict[str, Any]:
        """The JSON output, described in docs/reference/doctor.md."""
        keys = ("check", "title", "state", "found", "effect", "change", "stops", "because")
        return {
            "subject": self.subject,
            "ok": not self.wrong,
            "cause": self.cause.check if self.cause else None,
            "findings": [
                {key: getattr(finding, key) for key in keys}
                | ({"spots": [asdict(spot) for spot in finding.spots]} if finding.spots else {})
                for finding in self.findings
            ],
        }


def report(
    subject: str,
    findings: Iterable[Finding],
    *,
    causes: Mapping[str, Sequence[str]],
    secrets: Sequence[str] = (),
) -> Report:
    """Orders findings and names the cause of each fault.

    Args:
        subject: what was examined.
        findings: the findings in the order of the checks: each check comes after those it depends on.
        causes: for a check, the checks whose failure explains its own, the nearest first.
        secrets: texts that are replaced by ``***`` everywhere.
    """
    listed = [_plain(finding, secrets) for finding in findings]
    wrong = {finding.check for finding in listed if finding.state == "wrong"}

    def cause_of(check: str) -> str:
        nearer = next((cause for cause in causes.get(check, ()) if cause in wrong), "")
        return cause_of(nearer) or nearer if nearer else ""

    explained = [
        replace(finding, because=cause_of(finding.check)) if finding.state == "wrong" else finding for finding in listed
    ]
    return Report(plain(subject, secrets), tuple(sorted(explained, key=_rank)))


def forms_of(token: str) -> tuple[str, ...]:
    """A token in every encoding in which a server could repeat it, longest first; none for ''."""
    forms = {token, quote(token, safe=""), quote(token), quote_plus(token)}
    return tuple(sorted((form for form in forms if form), key=len, reverse=True))


def plain(text: str, secrets: Sequence[str] = ()) -> str:
    """A text without secrets and control characters, cut to ``LONGEST_TEXT`` characters."""
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
        spots=tuple(
            Spot(plain(spot.file), spot.line, plain(spot.found, secrets), plain(spot.change, secrets))
            for spot in finding.spots
        ),
    )


def _rank(finding: Finding) -> tuple[int, bool, bool]:
    return ("wrong", "note", "untried", "right").index(finding.state), bool(finding.because), not finding.stops


@dataclass(frozen=True)
class Check:
    """A check; its methods make its finding.

    Args:
        check: its name in the JSON output.
        title: what it checks, a few words.
    """

    check: str
    title: str

    def right(self, found: str) -> Finding:
        """Nothing is wrong."""
        return Finding(self.check, self.title, "right", found)

    def note(self, found: str, effect: str, change: str = "", spots: Iterable[Spot] = ()) -> Finding:
        """It works, but could be better."""
        return Finding(self.check, self.title, "note", found, effect, change, spots=tuple(spots))

    def wrong(self, found: str, effect: str, change: str, *, stops: bool = True, spots: Iterable[Spot] = ()) -> Finding:
        """A fault; ``stops`` says whether it prevents the viewer from working."""
        return Finding(self.check, self.title, "wrong", found, effect, change, stops, spots=tuple(spots))

    def not_checked(self, found: str = "another fault prevents it.") -> Finding:
        """The check was impossible; ``found`` is the reason, which begins in lower case."""
        return Finding(self.check, self.title, "untried", found)
