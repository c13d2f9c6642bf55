"""The plot of ratios: one bar per case, with its quartiles, against the line at which both viewers are equal."""

from __future__ import annotations

from collections.abc import Sequence

from visits import svg
from visits.result import Measured

PLOTTED = {
    "still": "First still, against the other's first image",
    "image": "First image",
    "main_thread": "Main thread busy until the first image",
    "static_bytes": "Static bytes until the first image",
}
LABELS, PLOT, VALUES = 220, 400, 60
ROW, GAP, TOP = 20, 44, 26


def bars(measured: Sequence[Measured], title: str) -> str:
    """One group of bars for each figure that was measured."""
    groups = {key: rows for key in PLOTTED if (rows := _rows(measured, key))}
    longest = max(1.0, *(high for rows in groups.values() for _, _, _, high in rows)) * 1.04
    scale = PLOT / longest
    parts: list[str] = []
    y = float(TOP)
    for key, rows in groups.items():
        parts.append(svg.text(0, y, PLOTTED[key], "title"))
        top = y + 8
        for number, (case, median, low, high) in enumerate(rows):
            at = top + number * ROW
            middle = at + ROW / 2 - 2
            parts += [
                svg.text(LABELS - 8, at + 12, case, "small end"),
                svg.bar(LABELS, at + 2, median * scale, ROW - 8, "ours"),
                svg.line(LABELS + low * scale, middle, LABELS + high * scale, middle, "spread"),
                svg.text(LABELS + PLOT + 8, at + 12, f"{median:.2f}"),
            ]
        bottom = top + len(rows) * ROW
        parts.append(svg.line(LABELS, top, LABELS, bottom, "axis"))
        parts.append(svg.line(LABELS + scale, top, LABELS + scale, bottom, "even"))
        parts.append(svg.text(LABELS + scale, bottom + 11, "as the other", "small quiet middle"))
        y = bottom + GAP
    return svg.picture(LABELS + PLOT + VALUES, y - GAP + 16, title, parts)


def _rows(measured: Sequence[Measured], key: str) -> list[tuple[str, float, float, float]]:
    found = [(each.case.title, c.ratio) for each in measured for c in each.comparisons if c.figure.key == key]
    return [(title, ratio.median, ratio.lower, ratio.upper) for title, ratio in found]
