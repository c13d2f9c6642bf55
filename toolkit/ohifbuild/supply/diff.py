"""What changed between two dists, two locks or two releases, for a person who must approve it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import RecipeError
from ohifbuild.supply.snapshot import (
    CONFIGURATION,
    DEPENDENCIES,
    INPUTS,
    NAMED,
    OHIF,
    OURS,
    Fact,
    Snapshot,
    of_dist,
    of_lock,
    of_release,
)

# The order of what must be looked at; other parts, a lock's, come before them.
ORDER = (INPUTS, OURS, CONFIGURATION, DEPENDENCIES, NAMED, OHIF)
NOTHING = Fact("")


@dataclass(frozen=True)
class Change:
    """One thing that differs: ``part`` is one of ``ORDER``, ``release``, or a lock's section; ``old`` or ``new`` may
    be ""."""

    part: str
    name: str
    old: str
    new: str


def diff(first: str, second: str, cache: Cache, *, offline: bool, reporter: Reporter) -> tuple[Change, ...]:
    """What differs between two dists (folders), two locks (files) or two releases (versions or channels).

    Raises:
        RecipeError: they are of different kinds.
        DistInvalid, LockInvalid, UnknownRelease: one of them is not what it seems.
        OhifbuildError: as the published origin, for releases.
    """
    kinds = kind_of(first), kind_of(second)
    if kinds[0] != kinds[1]:
        raise RecipeError(
            f"{first} is a {kinds[0]} and {second} is a {kinds[1]}: they cannot be compared.",
            cause="What is no folder and no file is taken for a release.",
            fix="Name two dists (folders), two locks (files) or two releases, such as: ohifbuild diff 3.11.1 3.12.0",
        )
    if kinds[0] == "dist":
        one, other = of_dist(Path(first), reporter), of_dist(Path(second), reporter)
        if (DEPENDENCIES in one and NAMED in other) or (NAMED in one and DEPENDENCIES in other):
            reporter.warn("Packages are not compared: one SBOM lists all of them, the other what a release names.")
        return changes(one, other)
    if kinds[0] == "lock":
        one, other = of_lock(Path(first)), of_lock(Path(second))
        sections = sorted({*one, *other})
        return changes({name: one.get(name, {}) for name in sections}, {name: other.get(name, {}) for name in sections})
    one, other = (of_release(wish, cache, offline=offline, reporter=reporter) for wish in (first, second))
    return changes(one, other)


def kind_of(word: str) -> str:
    """What a word on the command line means: a dist, a lock or a release."""
    path = Path(word)
    return "dist" if path.is_dir() else "lock" if path.is_file() else "release"


def changes(one: Snapshot, other: Snapshot) -> tuple[Change, ...]:
    """What differs in the parts that both sides have."""
    parts = sorted(one.keys() & other.keys(), key=lambda part: (ORDER.index(part) if part in ORDER else -1, part))
    found = []
    for part in parts:
        old, new = one[part], other[part]
        for name in sorted({*old, *new}):
            before, after = old.get(name, NOTHING), new.get(name, NOTHING)
            if before != after:
                found.append(Change(part, name, before.text, after.text))
    return tuple(found)
