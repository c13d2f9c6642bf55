"""The result of a run: what was measured under which conditions, as JSON and as Markdown."""

from __future__ import annotations

import json
import os
import platform
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from visits.figures import Comparison, Spread, compare_all
from visits.line import Case
from visits.pairs import Pair

LONG_UID = re.compile(r"\b\d[\d.]{12,}(\d{3})\b")
ELLIPSIS = r"…\1"


@dataclass(frozen=True)
class Measured:
    """The pairs of one case.

    Args:
        line: what a download over the line took before the visits, in words.
    """

    case: Case
    pairs: tuple[Pair, ...]
    line: str

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """All figures."""
        return compare_all(self.pairs)


@dataclass(frozen=True)
class Result:
    """A run.

    Args:
        version: of OHIF.
        command: what repeats it.
        against: what the other viewer is.
        browser: its name and version.
        date: the day, ``2026-11-26``.
    """

    version: str
    command: str
    against: str
    browser: str
    date: str
    measured: tuple[Measured, ...]

    def json(self) -> str:
        """Everything as JSON, with each visit's figures."""
        document = {
            "ohif": self.version,
            "command": self.command,
            "against": self.against,
            "browser": self.browser,
            "date": self.date,
            "machine": machine(),
            "cases": [_case(each) for each in self.measured],
        }
        return json.dumps(document, indent=1) + "\n"

    def markdown(self) -> str:
        """The conditions and the tables."""
        lines = [
            f"Measured on {self.date}: OHIF {self.version}, {self.browser}, {machine()}.",
            f"The other viewer is {self.against}.",
            "",
            f"The command: `{self.command}`",
            "",
            *overview(self.measured),
            "",
            *asked_by_one(self.measured[0].pairs[0]),
        ]
        for each in self.measured:
            lines += ["", f"#### {self.version}, {each.case.title}", "", _count(each), "", *table(each.comparisons)]
        return "\n".join(lines) + "\n"


def machine() -> str:
    """The machine in a few words."""
    return f"{os.cpu_count()} processor cores, {platform.machine()}, {platform.system()}"


def overview(measured: Sequence[Measured]) -> list[str]:
    """One row per case: the figures that a person waits for, as median ratios."""
    keys = {
        "still": "first still",
        "image": "first image",
        "static_bytes": "static bytes",
        "main_thread": "main thread",
        "processor": "processor",
        "heap": "heap",
    }
    head = f"| ours divided by the other's | {' | '.join(keys.values())} | DICOMweb requests | pairs |"
    lines = [head, "| --- |" + " --- |" * (len(keys) + 2)]
    for each in measured:
        found = {one.figure.key: one for one in each.comparisons}
        cells = [f"{found[key].ratio.median:.2f}" if key in found else "none" for key in keys]
        asked = f"{found['requests'].ours.median:.0f} against {found['requests'].other.median:.0f}"
        lines.append(f"| {each.case.title} | {' | '.join(cells)} | {asked} | {len(each.pairs)} |")
    return lines


def asked_by_one(pair: Pair) -> list[str]:
    """The requests to the archive that only one of the viewers sends, as a list."""
    ours, other = Counter(pair.ours.asked), Counter(pair.other.asked)
    lines = []
    for name, found in (("ours", ours - other), ("the other", other - ours)):
        lines += [f"- Only {name} asks for `{LONG_UID.sub(ELLIPSIS, each)}`." for each in sorted(found.elements())]
    return lines


def table(comparisons: Sequence[Comparison]) -> list[str]:
    """All figures of one case."""
    lines = ["| what | ours | the other | ratio, pair by pair |", "| --- | --- | --- | --- |"]
    for each in comparisons:
        unit, digits = each.figure.unit, each.figure.digits
        ours, other = _values(each.ours, digits, unit), _values(each.other, digits, unit)
        lines.append(f"| {each.figure.title} | {ours} | {other} | {_values(each.ratio, 2, '')} |")
    return lines


def _values(values: Spread, digits: int, unit: str) -> str:
    def number(value: float) -> str:
        return f"{value:.{digits}f}"

    median = f"{number(values.median)} {unit}".strip()
    least, most = number(values.least), number(values.most)
    if least == most:
        return median
    return f"{median} ({least} to {most})"


def _count(measured: Measured) -> str:
    pairs = len(measured.pairs)
    return f"Medians of {pairs} pair{'s' if pairs > 1 else ''}, with the least and the most. {measured.line}".strip()


def _case(measured: Measured) -> dict[str, object]:
    return {
        "key": measured.case.key,
        "title": measured.case.title,
        "line": measured.line,
        "pairs": [{"ours": _visit(pair.ours), "other": _visit(pair.other)} for pair in measured.pairs],
        "comparisons": {
            each.figure.key: {"ours": asdict(each.ours), "other": asdict(each.other), "ratio": asdict(each.ratio)}
            for each in measured.comparisons
        },
        "asked": {"ours": measured.pairs[0].ours.asked, "other": measured.pairs[0].other.asked},
    }


def _visit(visit: object) -> dict[str, object]:
    figures = asdict(visit)  # type: ignore[call-overload]
    return {key: value for key, value in figures.items() if key not in ("sent", "asked", "tasks")}
