"""Checks the project's English: ``python docs/prose.py``.

Two checks read the documentation, and the messages, help texts and docstrings of the toolkit: the words of
``vocabulary.toml`` that we do not use, and proselint. A third one finds long sentences on pages. Code is blanked, so
that lines keep their numbers.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from proselint.checks import __register__
from proselint.config import Config, load_from
from proselint.registry import CheckRegistry
from proselint.tools import LintFile

ROOT = Path(__file__).parents[1]
VOCABULARY = ROOT / "docs" / "vocabulary.toml"
CONFIGURATION = ROOT / "docs" / "proselint.json"
TOOLKIT = ROOT / "toolkit" / "ohifbuild"
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
MARKUP = re.compile(r"``[^`]+``|`[^`\n]+`|<[^>\s][^>]*>|(?<=\])\([^)\s]*\)", re.DOTALL)


SENTENCE_END = re.compile(r"[.!?:;][)*_]*\s|\n\s*\n|\n(?=\s*(?:[-*|#]|\d+\.)\s)|\|")
MOST_WORDS = 35


@dataclass(frozen=True)
class Finding:
    """A place that needs other words."""

    path: Path
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.problem}"


def pages() -> list[Path]:
    """All Markdown files that people read."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")]
    return sorted([*found, ROOT / "extension-template" / "README.md"])


def modules() -> list[Path]:
    """All modules of the toolkit."""
    return sorted(TOOLKIT.rglob("*.py"))


def sources() -> list[Path]:
    """The extension template's sources and the patches: their comments and texts are read by people too."""
    template = ROOT / "extension-template"
    found = [*(template / "src").rglob("*.js"), *(template / "types").glob("*.ts"), *ROOT.glob("patches/*/patch.toml")]
    return sorted(found)


def prose_of_page(text: str) -> str:
    """A page without its code; every line stays where it is."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found[0])

    return MARKUP.sub(blank, FENCE.sub(blank, text))


def prose_of_module(source: str) -> str:
    """The strings of three words and more of a module, docstrings included, each at its line."""
    lines = [""] * (source.count("\n") + 2)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value.split()) > 2:
            for at, text in enumerate(prose_of_page(node.value).split("\n")):
                place = min(node.lineno - 1 + at, len(lines) - 1)
                lines[place] = f"{lines[place]} {text.strip()}".strip()
    return "\n".join(lines).encode(errors="replace").decode()  # a lone surrogate is no text


@cache
def vocabulary() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern for all words that we do not use, and the better word for each."""
    words: dict[str, str] = tomllib.loads(VOCABULARY.read_text(encoding="utf-8"))["words"]
    longest_first = sorted(words, key=len, reverse=True)
    some = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)
    return re.compile(rf"(?<![\w-])(?:{some})(?![\w-])", re.IGNORECASE), words


def words_found(path: Path, prose: str) -> Iterator[Finding]:
    """The words of the vocabulary in a text."""
    pattern, better = vocabulary()
    for found in pattern.finditer(prose):
        word = " ".join(found[0].lower().split())
        line = prose.count("\n", 0, found.start()) + 1
        yield Finding(path, line, f"'{word}': write '{better[word]}'")


def proselint_found(path: Path, prose: str) -> Iterator[Finding]:
    """What proselint says about a text."""
    for result in LintFile(str(path), prose or " ").lint(_proselint()):
        yield Finding(path, result.pos[0], f"{result.check_result.message} ({result.check_result.check_path})")


@cache
def _proselint() -> Config:
    """Prepares proselint, once, with our configuration."""
    CheckRegistry().register_many(__register__)
    return load_from(CONFIGURATION)


def long_sentences_found(path: Path, page: str) -> Iterator[Finding]:
    """Sentences of a page with more than ``MOST_WORDS`` words; a colon or a semicolon ends one too."""
    text = FENCE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), page)
    start = 0
    for end in [*(found.end() for found in SENTENCE_END.finditer(text)), len(text)]:
        words = [word for word in text[start:end].split() if any(map(str.isalnum, word))]
        if len(words) > MOST_WORDS:
            line = text.count("\n", 0, start + len(text[start:]) - len(text[start:].lstrip())) + 1
            yield Finding(
                path, line, f"a sentence of {len(words)} words; at most {MOST_WORDS}: '{' '.join(words[:5])} …'"
            )
        start = end


def all_texts() -> Iterator[tuple[Path, str]]:
    """Every text that is checked, with its file."""
    readers: list[tuple[list[Path], Callable[[str], str]]] = [(pages(), prose_of_page), (modules(), prose_of_module)]
    for paths, reader in readers:
        for path in paths:
            yield path, reader(path.read_text(encoding="utf-8"))


def main() -> None:
    """Prints all findings; the exit status says whether there are any."""
    texts = list(all_texts())
    found = [finding for path, prose in texts for finding in words_found(path, prose)]
    found += [finding for path in sources() for finding in words_found(path, path.read_text(encoding="utf-8"))]
    found += [finding for path, prose in texts for finding in proselint_found(path, prose)]
    found += [finding for path in pages() for finding in long_sentences_found(path, path.read_text(encoding="utf-8"))]
    for finding in found:
        print(finding)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
