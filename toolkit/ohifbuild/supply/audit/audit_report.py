"""What an audit found, for a person who has to decide, and as data."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.table import Table

from ohifbuild.supply.audit.bundle_comparison import Kind

if TYPE_CHECKING:
    from ohifbuild.supply.audit import Audit

MEANINGS: dict[Kind, str] = {
    "identical": "the same bytes under the same name",
    "names": "the same bytes, but for the hashes in file names",
    "explained": "a difference that follows from others and was checked",
    "unexplained": "what the source does not give",
}


def as_table(found: Audit) -> Table:
    """Counts by kind, and below them every file that is not the same."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("Files", "Verdict", "Meaning"):
        table.add_column(title, justify="right" if title == "Files" else "left", overflow="fold")
    counts = Counter(verdict.kind for verdict in found.verdicts)
    for kind, meaning in MEANINGS.items():
        style = "bold red" if kind == "unexplained" and counts[kind] else ""
        table.add_row(str(counts[kind]), kind, meaning, style=style)
    return table


def as_markdown(found: Audit) -> str:
    """A page for the file of whoever approves releases."""
    counts = Counter(verdict.kind for verdict in found.verdicts)
    lines = [
        f"# Audit of OHIF {found.release}",
        "",
        f"`@ohif/app@{found.release}`, as npm has it, compared with what its source gives.",
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
    """All of it, files that are identical too."""
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
    """Text of a hostile file, harmless in a table: in code marks, without what ends a cell, a line or the mark."""
    plain = "".join(char if char.isprintable() else " " for char in text.replace("|", "¦").replace("`", "'"))
    return f"`{plain}`" if plain else ""
