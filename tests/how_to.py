"""What the pages for administrators tell them to write and to run, for tests that do it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs" / "how-to"


def blocks(page: str, language: str) -> list[str]:
    """The code of every block in a language, in order."""
    text = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def command(page: str, start: str, here: Mapping[str, str]) -> list[str]:
    """The words of the page's only command that begins like this, with other paths and numbers.

    Args:
        page: the name of the page.
        start: the beginning of the command, such as ``ohifbuild deploy``, without the program's folder.
        here: what stands for each word, or part of a path, on this machine.
    """
    lines = re.sub(r"\\\n\s*", " ", "".join(blocks(page, "sh"))).splitlines()
    (found,) = (line for line in lines if re.match(rf"(?:/opt/ohifbuild/bin/)?{re.escape(start)}(?!\S)", line))
    return shlex.split(replaced(found, here), comments=True)


def replaced(text: str, here: Mapping[str, str]) -> str:
    """The text with what is different on this machine; each must occur."""
    for theirs, ours in here.items():
        assert theirs in text, f"the page does not say {theirs}"
        text = text.replace(theirs, ours)
    return text
