"""Prints the report on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ohifbuild.doctor.findings import Finding, Report, State

INDENT = "   "
MARKS: dict[State, tuple[str, str]] = {
    "right": ("right", "green"),
    "untried": ("-", "dim"),
    "note": ("note", "yellow"),
    "wrong": ("WRONG", "bold red"),
}
"""The order of the table: faults come last, because the end stays visible on the screen."""


def show(report: Report, console: Console) -> None:
    """Prints a table of all checks, and below it the numbered faults, causes first, and notes.

    Commands and settings are not wrapped, so that they can be copied.
    """
    explained = [
        *(finding for finding in report.wrong if not finding.because),
        *(finding for finding in report.findings if finding.state == "note"),
    ]
    numbers = {finding.check: number for number, finding in enumerate(explained, 1)}
    console.print(Text(report.subject, style="bold"), soft_wrap=True)
    console.print(_columns(_rows(report, numbers)))
    for finding in explained:
        mark = Text(f"{numbers[finding.check]}.", style=MARKS[finding.state][1])
        console.print()
        console.print(_columns([(mark, Text.assemble((f"{finding.title}: ", "bold"), finding.found))]))
        if finding.effect:
            console.print(_columns([(Text(), Text(finding.effect))]))
        for spot in finding.spots:
            place = f"{spot.file}:{spot.line}" if spot.line else spot.file
            console.print(Text.assemble(INDENT, (place, "bold"), f": {spot.found}"), soft_wrap=True)
            for line in spot.change.splitlines():
                console.print(Text(f"{INDENT}{INDENT}{line}", style="cyan"), soft_wrap=True)
        for line in finding.change.splitlines():
            console.print(Text(f"{INDENT}{line}", style="cyan"), soft_wrap=True)


def _rows(report: Report, numbers: dict[str, int]) -> Iterator[tuple[Text, ...]]:
    for state, (word, style) in MARKS.items():
        findings = [finding for finding in report.findings if finding.state == state]
        if state == "untried":
            for reason in dict.fromkeys(finding.found for finding in findings):
                titles = ", ".join(finding.title for finding in findings if finding.found == reason)
                yield Text(word, style=style), Text("Not checked"), Text(f"{titles}: {reason}", style="dim")
            continue
        for finding in findings:
            yield Text(word, style=style), Text(finding.title), Text(_text(finding, numbers))


def _text(finding: Finding, numbers: dict[str, int]) -> str:
    if finding.because in numbers:
        return f"{finding.found} (Caused by {numbers[finding.because]}.)"
    return f"See {numbers[finding.check]} below." if finding.check in numbers else finding.found


def _columns(rows: Iterable[tuple[Text, ...]]) -> Table:
    """A table without a border, whose last column wraps."""
    listed = list(rows)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    for _ in listed[0][1:]:
        table.add_column(no_wrap=True, min_width=len(INDENT) - 1)
    table.add_column(overflow="fold")
    for row in listed:
        table.add_row(*row)
    return table
