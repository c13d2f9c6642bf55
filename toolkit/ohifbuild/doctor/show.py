"""The report for a person at a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ohifbuild.doctor.model import Finding, Report, State

MARKS: dict[State, tuple[str, str]] = {
    "right": ("right", "green"),
    "untried": ("-", "dim"),
    "note": ("note", "yellow"),
    "wrong": ("WRONG", "bold red"),
}
"""In the order of the table: what is wrong comes last, because the end is what stays on the screen."""


def render(report: Report) -> RenderableType:
    """All checks in one table, then notes, then what is wrong, the cause first, and what to change."""
    notes = [finding for finding in report.findings if finding.state == "note"]
    causes = [finding for finding in report.wrong if not finding.because]
    return Group(
        Text(report.subject, style="bold"),
        _table(report),
        *(_explained(Text("Note ", style="yellow"), note) for note in notes),
        *(_explained(Text(f"{number}. ", style="bold red"), finding) for number, finding in enumerate(causes, 1)),
    )


def _table(report: Report) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for state, (word, style) in MARKS.items():
        for finding in report.findings:
            if finding.state == state:
                table.add_row(Text(word, style=style), finding.title, Text(_seen(report, finding)))
    return table


def _seen(report: Report, finding: Finding) -> str:
    if not finding.because:
        return finding.found
    title = next(cause.title for cause in report.findings if cause.check == finding.because)
    return f"{finding.found} (Comes of: {title}.)"


def _explained(mark: Text, finding: Finding) -> RenderableType:
    parts: list[RenderableType] = [
        Text.assemble(mark, (f"{finding.title}: ", "bold"), finding.found),
        Padding(finding.effect, (0, 0, 0, 3)),
    ]
    parts += [Padding(Text(line, style="cyan"), (0, 0, 0, 3)) for line in finding.change.splitlines()]
    return Padding(Group(*parts), (1, 0, 0, 0))
