"""What esbuild prints about a package's code, as values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FIRST = re.compile(r"^(?:✘|▲|X|!)? ?\[(?P<level>ERROR|WARNING)\] (?P<text>.*)$")
PLACE = re.compile(r"^    (?P<place>\S.*:\d+:\d+):$")


@dataclass(frozen=True)
class Message:
    """One error or warning.

    Args:
        level: ``ERROR`` or ``WARNING``.
        text: its first line, without esbuild's name of the check.
        place: ``file:line:column``, or "".
        lines: everything that esbuild printed about it.
    """

    level: str
    text: str
    place: str
    lines: tuple[str, ...]


def messages(lines: Iterable[str]) -> list[Message]:
    """The messages in esbuild's output, which was made with ``--color=false``."""
    return [_message(block) for block in _blocks(lines)]


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if FIRST.match(line):
            if block:
                yield block
            block = [line]
        elif block:
            block.append(line)
    if block:
        yield block


def _message(block: list[str]) -> Message:
    first = FIRST.match(block[0])
    assert first
    text = re.sub(r" \[[\w-]+\]$", "", first["text"])
    place = next((found["place"] for line in block if (found := PLACE.match(line))), "")
    while block and (not block[-1].strip() or re.fullmatch(r"\d+ (?:errors?|warnings?).*", block[-1])):
        block.pop()
    return Message(first["level"], text, place, tuple(block))
