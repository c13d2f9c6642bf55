"""Which modules of the bundler a release can do without until its first image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("modules.js")


@dataclass(frozen=True)
class Used:
    """What one visit used: by id, each module that was evaluated; and those that functions used, or that
    no other one made run."""

    modules: Mapping[str, Mapping[str, Any]]
    roots: frozenset[str]


def recorder(queue: str) -> str:
    """The script that records, for a release whose chunks add themselves to ``queue``."""
    return SCRIPT.read_text(encoding="utf-8").replace("'QUEUE'", repr(queue))


def used(record: Mapping[str, Any]) -> Used:
    """What ``recordedModules()`` of the page said."""
    return Used({each["id"]: each for each in record["modules"] if each["evaluated"]}, frozenset(record["roots"]))


def later(visits: Iterable[Used], present: Iterable[str], for_effect: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The ids of the modules that none of the visits needed.

    Args:
        visits: of links to studies of every kind.
        present: every module in the files that the page loads first.
        for_effect: for each module whose text is known, those that it requires only so that they are evaluated. The
            others may require every module for that.
    """
    needed: set[str] = set()
    for visit in visits:
        needed |= _needed(visit, for_effect)
    return tuple(sorted(set(present) - needed, key=_order))


def _needed(visit: Used, for_effect: Mapping[str, frozenset[str]]) -> set[str]:
    pending = list(visit.roots)
    needed: set[str] = set()
    while pending:
        name = pending.pop()
        if name in needed:
            continue
        needed.add(name)
        module = visit.modules.get(name)
        if not module:
            continue
        pending += module["reads"]
        # An ES module can wait until something reads its exports. Another one gives what it exports at once.
        pending += [
            other
            for other in module["requires"]
            if name not in for_effect
            or other in for_effect[name]
            or not visit.modules.get(other, {"esm": False})["esm"]
        ]
    return needed


def _order(name: str) -> tuple[int, str]:
    return (int(name) if name.isdigit() else 0, name)
