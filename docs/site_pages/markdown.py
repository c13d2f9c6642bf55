"""Pieces of Markdown, and the marks in hand-written pages that generated parts replace."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SITE = "https://ohifbuild.github.io/ohifbuild/"
REPOSITORY = "https://github.com/ohifbuild/ohifbuild"

# What stands between the marks is for readers of the file itself; the site has the generated part in its place.
PART = re.compile(r"^<!-- generated: ([a-z-]+) -->\n(?:.*?)^<!-- end -->$", re.MULTILINE | re.DOTALL)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells may hold Markdown, and their line breaks and pipes are made safe."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(text) for text in line) + " |" for line in lines)


def cell(text: str) -> str:
    """Text that stands in one cell of a table."""
    return re.sub(r"\s*\n\s*", " ", text.strip()).replace("|", "&#124;")


def code(text: str) -> str:
    """Inline code, also where the text holds backticks."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}" if text else ""


def plain(docstring: str) -> str:
    """A docstring of this project as Markdown: its double backticks become single ones."""
    return docstring.replace("``", "`")


def filled(text: str, sections: Mapping[str, Callable[[], str]]) -> str:
    """A page with its generated parts.

    Raises:
        KeyError: the page asks for a part that is not generated.
    """
    return PART.sub(lambda found: sections[found[1]](), text)


def kebab(name: str) -> str:
    """``RecipeError`` as ``recipe-error``, the name of its page."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
