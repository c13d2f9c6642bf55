"""The evidence as a table for the terminal: one line per claim, then the failures."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ohifbuild.verification.evidence import ClaimResult, Evidence

SHOWN_LINES = 6
LONGEST_LINE = 240


def render(evidence: Evidence) -> RenderableType:
    """The table, the failures and the verdict."""
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(width=1)
    table.add_column()
    table.add_column(justify="right", style="dim")
    for results in _by_claim(evidence):
        holding = sum(result.holds for result in results)
        mark = Text("✓", "green") if holding == len(results) else Text("✗", "bold red")
        table.add_row(mark, results[0].title, f"{holding}/{len(results)} scenarios")
    limits = [Text(limit.line, "yellow") for limit in evidence.limits]
    notes = [Text(f"Note: {note}", "yellow") for note in evidence.notes]
    return Group(table, *limits, *notes, *(_failure(result) for result in evidence.failures), _verdict(evidence))


def _by_claim(evidence: Evidence) -> list[list[ClaimResult]]:
    grouped: dict[str, list[ClaimResult]] = {}
    for result in evidence.results:
        grouped.setdefault(result.claim, []).append(result)
    return list(grouped.values())


def _failure(result: ClaimResult) -> Text:
    text = Text.assemble(("\n✗ ", "bold red"), (result.title, "bold"), f"  in {result.scenario}\n  {result.detail}")
    for line in result.evidence[:SHOWN_LINES]:
        text.append(f"\n    {line[:LONGEST_LINE]}", style="dim")
    if len(result.evidence) > SHOWN_LINES:
        text.append(f"\n    and {len(result.evidence) - SHOWN_LINES} more lines in the report", style="dim")
    return text


def _verdict(evidence: Evidence) -> Text:
    total, failed = len(evidence.results), len(evidence.failures)
    place = f"{len(evidence.observations)} scenarios, {evidence.seconds:.1f} s"
    if evidence.ok:
        return Text.assemble(("\nVerified: ", "bold green"), f"{total} of {total} checks hold ({place}).")
    return Text.assemble(("\nNot verified: ", "bold red"), f"{failed} of {total} checks fail ({place}).")
