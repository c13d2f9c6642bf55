"""Mutants of what a source file states as data: names, limits and, piece by piece, regular expressions.

The common tools leave most of a regular expression as it is, and most rules of the contract are regular expressions.
Python and JavaScript are read alike; a literal that is a regular expression is known by its looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_STRING = r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\""
_LANGUAGES = {
    ".py": re.compile(
        r'#[^\n]*|r"""(?P<long>[\s\S]*?)"""|"""[\s\S]*?"""'
        rf"|(?P<prefix>[rf]*)(?P<text>{_STRING})|(?P<number>\b\d[\d_]*\b)"
    ),
    ".js": re.compile(
        r"//[^\n]*|/\*[\s\S]*?\*/|^import .*"
        r"|(?:(?<=[=&|?:,] )|(?<=[(!]))(?P<regex>/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n])+/)"
        rf"|(?P<text>{_STRING}|`(?:\\.|[^`\\])*`)|(?P<number>\b\d[\d_]*\b)",
        re.MULTILINE,
    ),
}
_LOOKS = re.compile(r"\(\?|\\[.dxZw]|\[[^\]]+\]|\.\*")
_INSERTED = re.compile(r"\{[a-z_][^{}]*\}")
"""What stands in an f-string for a value."""
_PIECE = re.compile(
    r"(?P<open>\((?:\?(?:P<\w+>|<?[=!]|:))?)|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<atom>\[\^?(?:\\.|\$?\{\w+\}|[^\]\\])+\]|\$?\{[A-Z_]+\}|\\x[0-9a-f]{2}|\\.|[^\\*+?()|])(?P<times>[*+?]|\{[\d,]+\})?"
)
_MEMBER = re.compile(r"(?P<low>\$?\{\w+\}|\\x[0-9a-f]{2}|\\.|[^\\])(?:-(?P<high>\\x[0-9a-f]{2}|\\.|[^\\]))?")

_CASELESS = re.compile(
    r"[A-Z][A-Za-z]*(?:-[A-Z][A-Za-z0-9]*)+|Allow|Location|Vary|Refresh|Link|Expires|Pragma|Age|NEL|P3P|SourceMap|Cookie"
    r"|utf-8|latin-1|ascii"
)
"""Names of headers and encodings, which have no letter case."""


class Mutant(NamedTuple):
    """A changed source; ``at`` is the line, ``change`` what was changed, for people."""

    at: int
    change: str
    source: str


def literal_mutants(source: str, suffix: str, *, every_text: bool = True) -> Iterator[Mutant]:
    """Every mutant of a file's literals.

    Args:
        suffix: ``.py`` or ``.js``.
        every_text: Whether texts with spaces in them are changed, which are for people.
    """
    for found in _LANGUAGES[suffix].finditer(source):
        kind = found.lastgroup
        if kind is None or "Literal[" in source[source.rfind("\n", 0, found.start()) + 1 : found.start()]:
            continue
        start, end, text = found.start(kind), found.end(kind), found[kind]
        changed: Iterator[str]
        if kind == "number":
            number = int(text.replace("_", ""))
            changed = iter((str(number + 1), str(number - 1)))
        else:
            quote = "" if kind == "long" else text[0]
            body = text.removeprefix(quote).removesuffix(quote)
            is_regex = kind == "regex" or _LOOKS.search(_INSERTED.sub("", body)) is not None
            if " " in body and not every_text and not is_regex:
                continue
            bodies = regex_mutants(body) if is_regex else _text_mutants(body)
            if _is_class(source, start):
                bodies = _class_mutants(body)
            changed = (f"{quote}{new}{quote}" for new in bodies)
        for new in dict.fromkeys(changed):
            if new != text:
                yield Mutant(
                    source.count("\n", 0, start) + 1, _difference(text, new), source[:start] + new + source[end:]
                )


def regex_mutants(regex: str) -> Iterator[str]:
    """A regular expression with one piece gone, repeated otherwise, or with another range."""
    opened: list[tuple[int, list[int]]] = [(0, [0])]
    for piece in _PIECE.finditer(regex):
        start, end = piece.span()
        if piece["open"]:
            opened.append((start, [end]))
            yield from _looking_the_other_way(regex, piece)
        elif piece["bar"]:
            opened[-1][1].append(end)
        elif piece["close"]:
            first, cuts = opened.pop()
            times = re.compile(r"[*+?]|\{[\d,]+\}").match(regex, end)
            yield from _without_alternatives(regex, cuts, start)
            yield regex[:first] + regex[times.end() if times else end :]
            yield from _repeated(regex, times)
        elif piece["atom"]:
            atom, after = piece["atom"], piece.end("atom")
            yield regex[:start] + regex[end:]
            if atom.startswith("["):
                inner = atom[2:-1] if atom.startswith("[^") else atom[1:-1]
                yield regex[:start] + ("[" if atom.startswith("[^") else "[^") + inner + "]" + regex[after:]
                head = atom[: len(atom) - len(inner) - 1]
                yield from (f"{regex[:start]}{head}{new}]{regex[after:]}" for new in _class_mutants(inner) if new)
            yield from _repeated(regex, re.compile(r"[*+?]|\{[\d,]+\}").match(regex, after))
    yield from _without_alternatives(regex, opened[0][1], len(regex))


def _looking_the_other_way(regex: str, piece: re.Match[str]) -> Iterator[str]:
    if piece["open"].endswith(("=", "!")):
        other = piece["open"][:-1] + ("!" if piece["open"].endswith("=") else "=")
        yield regex[: piece.start()] + other + regex[piece.end() :]


def _without_alternatives(regex: str, cuts: list[int], end: int) -> Iterator[str]:
    """``cuts`` are where the alternatives begin; there is only one if nothing separates them."""
    if len(cuts) > 1:
        ends = [*(cut - 1 for cut in cuts[1:]), end]
        parts = [regex[cut:stop] for cut, stop in zip(cuts, ends, strict=True)]
        for gone in range(len(parts)):
            yield regex[: cuts[0]] + "|".join(parts[:gone] + parts[gone + 1 :]) + regex[end:]


def _repeated(regex: str, times: re.Match[str] | None) -> Iterator[str]:
    if times is None:
        return
    given = times[0]
    others = {"*": ["", "+"], "+": ["", "*"], "?": [""]}.get(given)
    if others is None:
        numbers = given[1:-1].split(",")
        others = [""]
        for place, number in enumerate(numbers):
            for step in (-1, 1) if number else ():
                changed = [*numbers[:place], str(int(number) + step), *numbers[place + 1 :]]
                others.append(f"{{{','.join(changed)}}}")
    yield from (regex[: times.start()] + other + regex[times.end() :] for other in others)


def _class_mutants(members: str) -> Iterator[str]:
    for member in _MEMBER.finditer(members):
        before, after = members[: member.start()], members[member.end() :]
        yield before + after
        if member["high"]:
            for low, high in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                yield f"{before}{_moved(member['low'], low)}-{_moved(member['high'], high)}{after}"


def _moved(character: str, step: int) -> str:
    if step == 0:
        return character
    code = int(character[2:], 16) if character.startswith("\\x") else ord(character[-1])
    return f"\\x{max(code + step, 0):02x}"


def _text_mutants(text: str) -> Iterator[str]:
    yield "" if text else "x"
    if text.swapcase() != text and "{" not in text and not _CASELESS.fullmatch(text):
        yield text.swapcase()


def _alike(old: str, new: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((index for index, (one, other) in pairs if one != other), min(len(old), len(new)))


def _difference(old: str, new: str) -> str:
    """What differs, with a few characters around it."""
    before = _alike(old, new)
    after = _alike(old[before:][::-1], new[before:][::-1])
    old_end, new_end = len(old) - after, len(new) - after
    return f"{old[:before][-20:]}[{old[before:old_end]} -> {new[before:new_end]}]{old[old_end:][:20]}"


def _is_class(source: str, start: int) -> bool:
    """Whether a literal is the inside of a character class: by its name, as it has no looks of its own."""
    return re.search(r"LETTERS = r?$", source[:start]) is not None
