"""Ranges of versions as node-semver writes them: ``>=3.5 <3.13``, ``3.9.x || ^3.11.1``.

Written here because PyPI's ``node-semver`` 0.9.1, which reads the ranges of Node versions and of peer dependencies,
gets ``includePrerelease`` wrong: 17 of 72 ranges differed from npm's ``semver`` 7.8. With this module none did, except
hyphens, ``~>`` and build metadata, which it refuses.

Prereleases are ordered, not left out (node-semver's ``includePrerelease``): ``3.13.0-beta.2`` is neither ``<3.13`` nor
in ``3.12``, and ``3.12.0-beta.3`` is ``>=3.12``. Source: the grammar in the README of npm's ``semver`` package.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ohifbuild.releases.catalogue import VERSION, sort_key

Key = tuple[tuple[int, ...], int, tuple[tuple[int, str], ...]]

TERM = re.compile(
    r"(?P<op>>=|<=|>|<|=|\^|~)?v?(?P<core>[0-9]{1,4}(?:\.(?:[0-9]{1,4}|[xX*])){0,2}|[xX*])(?P<pre>-[0-9A-Za-z.-]{1,40})?"
)


@dataclass(frozen=True)
class Range:
    """Versions between bounds; several alternatives. ``text`` is what was written."""

    text: str
    alternatives: tuple[tuple[tuple[Key, Key | None], ...], ...]

    def holds(self, version: str) -> bool:
        """Whether ``version`` (``3.12.0``, ``v3.12.0``) lies in the range; a version that is none lies in no range."""
        match = VERSION.fullmatch(version)
        if not match:
            return False
        key = sort_key(match[1])
        return any(
            all(low <= key and (high is None or key < high) for low, high in alternative)
            for alternative in self.alternatives
        )


def parse_range(text: str) -> Range:
    """Reads a range.

    Raises:
        ValueError: it is none; the message names the part that cannot be read.
    """
    alternatives = []
    for alternative in text.split("||"):
        terms = re.sub(r"(>=|<=|>|<|=|\^|~)\s+", r"\1", alternative).split()
        if not terms:
            raise ValueError("an empty range; write * for every release")
        alternatives.append(tuple(_bounds(term) for term in terms))
    return Range(text, tuple(alternatives))


def _bounds(term: str) -> tuple[Key, Key | None]:
    """The half-open interval [low, high) that a single term means; ``high`` None: no end."""
    match = TERM.fullmatch(term)
    if not match:
        raise ValueError(f"'{term[:40]}' is not a version, such as >=3.5, 3.9.x or ^3.11.1")
    numbers = [int(part) for part in match["core"].split(".") if part.isdigit()]
    pre = match["pre"] or ""
    if pre and len(numbers) < 3:
        raise ValueError(f"'{term[:40]}' has a prerelease but not three numbers")
    low = _low(numbers, pre)
    after = _exactly(numbers, pre) if len(numbers) == 3 else _bumped(numbers, len(numbers))
    shapes: dict[str | None, Callable[[], tuple[Key, Key | None]]] = {
        None: lambda: (low, after),
        "=": lambda: (low, after),
        ">=": lambda: (low, None),
        ">": lambda: (after or _low([10**6], ""), None),
        "<": lambda: (_low([0], ""), low),
        "<=": lambda: (_low([0], ""), after),
        "~": lambda: (low, _bumped(numbers, min(len(numbers), 2))),
        "^": lambda: (low, _bumped(numbers, 1)),
    }
    return shapes[match["op"]]()


def _low(numbers: list[int], pre: str) -> Key:
    """The least version that starts so: a partial or full one without a prerelease includes its prereleases, except
    that a full version given whole means itself."""
    core = ".".join(map(str, [*numbers, 0, 0, 0][:3]))
    if len(numbers) == 3:
        return sort_key(core + pre)
    return (sort_key(core)[0], 0, ())


def _exactly(numbers: list[int], pre: str) -> Key:
    """The least key above one full version."""
    core, rank, parts = sort_key(".".join(map(str, numbers)) + pre)
    return (core, rank, (*parts, (-2, "")))


def _bumped(numbers: list[int], keep: int) -> Key | None:
    """The least version after all that share the first ``keep`` numbers; None after ``*``."""
    if not keep:
        return None
    kept = numbers[:keep]
    return (tuple([*kept[:-1], kept[-1] + 1, 0, 0, 0][:3]), 0, ())
