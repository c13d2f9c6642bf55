"""Reports of an audit: as a table, as Markdown and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.table import Table

from ohifbuild.supply.audit.bundle_comparison import Kind

if TYPE_CHECKING:
    from ohifbuild.supply.audit import Audit

MEANINGS: dict[Kind, str] = {
    "identical": "the same bytes under the same name",
    "names": "the same bytes except for the hashes in file names",
    "explained": "a checked difference that follows from other differences",
    "unexplained": "not produced from the source",
}


def as_table(found: Audit) -> Table:
    """A table with the number of files for each verdict."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("Files", "Verdict", "Meaning"):
        table.add_column(title, justify="right" if title == "Files" else "left", overflow="fold")
    counts = Counter(verdict.kind for verdict in found.verdicts)
    for kind, meaning in MEANINGS.items():
        style = "bold red" if kind == "unexplained" and counts[kind] else ""
        table.add_row(str(counts[kind]), kind, meaning, style=style)
    return table


def as_markdown(found: Audit) -> str:
    """A Markdown page for the person who approves releases."""
    counts = Counter(verdict.kind for verdict in found.verdicts)
    lines = [
        f"# Audit of OHIF {found.release}",
        "",
        f"`@ohif/app@{found.release}` on npm, compared with a new build of its source.",
        "",
        f"- package: `{found.integrity}`",
        f"- installed at commit `{found.released}`, with {found.installer} and its `bun.lock`",
        f"- bundled at commit `{found.stamped}`",
        "",
        "| files | verdict | meaning |",
        "|---|---|---|",
        *(f"| {counts[kind]} | {kind} | {meaning} |" for kind, meaning in MEANINGS.items()),
        "",
        "| file | verdict | detail |",
        "|---|---|---|",
        *(f"| `{v.name}` | {v.kind} | {_cell(v.detail)} |" for v in found.verdicts if v.kind != "identical"),
    ]
    return "\n".join(lines) + "\n"


def as_json(found: Audit) -> dict[str, Any]:
    """The whole audit, including identical files, as plain values for JSON."""
    return {
        "release": found.release,
        "ok": found.ok,
        "npm": found.integrity,
        "released": found.released,
        "stamped": found.stamped,
        "installer": found.installer,
        "files": [{"name": v.name, "verdict": v.kind, "detail": v.detail} for v in found.verdicts],
    }


def _cell(text: str) -> str:
    """Text that may be hostile, as a code span without characters that end the cell, the line or the span."""
    plain = "".join(char if char.isprintable() else " " for char in text.replace("|", "¦").replace("`", "'"))
    return f"`{plain}`" if plain else ""
