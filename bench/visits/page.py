"""Puts the result of a run into a page of the documentation, with its plots and its figures beside it."""

from __future__ import annotations

import re
from pathlib import Path

from visits.bars import bars
from visits.figures import typical
from visits.result import Measured, Result
from visits.viewers import SETTINGS
from visits.waterfall import waterfalls

END = "<!-- measured: end -->"


def write_page(result: Result, page: Path) -> None:
    """Replaces what the page says about the release of the result; a release that is new is put at the end.

    The plots (SVG) and all figures (JSON) are written into a folder beside the page that has its name.
    """
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    for path in folder.glob(f"{result.version}-*"):
        path.unlink()
    pictures = {f"{result.version}-ratios.svg": bars(result.measured, f"Ratios, OHIF {result.version}")}
    pictures |= {f"{result.version}-{each.case.key}.svg": _waterfall(result, each) for each in result.measured}
    for name, text in pictures.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / f"{result.version}-figures.json").write_text(result.json(), encoding="utf-8")
    page.write_text(
        with_part(page.read_text(encoding="utf-8"), result.version, part(result, folder.name)), encoding="utf-8"
    )


def part(result: Result, folder: str) -> str:
    """The text about one release."""
    lines = [f"### OHIF {result.version}", "", result.markdown()]
    lines += _picture(
        f"{folder}/{result.version}-ratios.svg",
        f"Bars of the ratios with OHIF {result.version}",
        "Median ratios, and the line of their quartiles. Shorter is better for ours.",
    )
    for each in result.measured:
        lines += _picture(
            f"{folder}/{result.version}-{each.case.key}.svg",
            f"Waterfalls of both viewers, {each.case.title}",
            f"Waterfalls, {each.case.title}: of each viewer the visit nearest to its median.",
        )
    lines.append(f"[All figures of each visit]({folder}/{result.version}-figures.json) (JSON)")
    return "\n".join(lines) + "\n"


def with_part(page: str, version: str, text: str) -> str:
    """The page with ``text`` as its part about a release."""
    mark = f"<!-- measured: {version} -->"
    known = re.compile(rf"^{re.escape(mark)}\n.*?^{re.escape(END)}\n", re.MULTILINE | re.DOTALL)
    block = f"{mark}\n\n{text}\n{END}\n"
    if known.search(page):
        return known.sub(lambda _: block, page)
    return f"{page.rstrip()}\n\n{block}"


def _picture(path: str, alt: str, caption: str) -> list[str]:
    return [f"![{alt}]({path})", "", f"*{caption}*", ""]


def _waterfall(result: Result, measured: Measured) -> str:
    title = f"Requests until the first image, OHIF {result.version}, {measured.case.title}"
    ours = typical([pair.ours for pair in measured.pairs])
    return waterfalls(ours, typical([pair.other for pair in measured.pairs]), SETTINGS, title)
