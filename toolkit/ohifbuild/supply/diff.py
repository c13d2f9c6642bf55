"""Compares two dists, two locks or two releases, for a person who must approve the change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import RecipeError
from ohifbuild.core.paths import is_file, is_folder
from ohifbuild.supply.snapshot import (
    CONFIGURATION,
    DEPENDENCIES,
    INPUTS,
    NAMED,
    OHIF,
    OURS,
    Fact,
    Snapshot,
    dist_snapshot,
    lock_snapshot,
    release_snapshot,
)

# The order of the parts in the result; all other parts, which are sections of a lock, come before them.
ORDER = (INPUTS, OURS, CONFIGURATION, DEPENDENCIES, NAMED, OHIF)
NOTHING = Fact("")


@dataclass(frozen=True)
class Change:
    """One difference: ``part`` is in ``ORDER``, ``release``, or a section of a lock; ``old`` or ``new`` can be ""."""

    part: str
    name: str
    old: str
    new: str


def diff(first: str, second: str, cache: Cache, *, offline: bool, reporter: Reporter) -> tuple[Change, ...]:
    """The differences between two dists (folders), two locks (files) or two releases (versions or channels).

    Raises:
        RecipeError: the two are of different kinds.
        DistInvalid: a folder is not a dist.
        LockInvalid: a file is not a lock.
        UnknownRelease: a release does not exist.
        OhifbuildError: the errors of the published origin, for releases.
    """
    kinds = kind_of(first), kind_of(second)
    if kinds[0] != kinds[1]:
        raise RecipeError(
            f"{first} is a {kinds[0]} and {second} is a {kinds[1]}: they cannot be compared.",
            cause="An argument that is neither a folder nor a file is read as a release.",
            fix="Give two dists (folders), two locks (files) or two releases, such as: ohifbuild diff 3.11.1 3.12.0",
        )
    if kinds[0] == "dist":
        one, other = dist_snapshot(Path(first), reporter), dist_snapshot(Path(second), reporter)
        if (DEPENDENCIES in one and NAMED in other) or (NAMED in one and DEPENDENCIES in other):
            reporter.warn(
                "Packages are not compared: one SBOM lists all packages, the other only those that a release names."
            )
        return changes(one, other)
    if kinds[0] == "lock":
        one, other = lock_snapshot(Path(first)), lock_snapshot(Path(second))
        sections = sorted({*one, *other})
        return changes({name: one.get(name, {}) for name in sections}, {name: other.get(name, {}) for name in sections})
    one, other = (release_snapshot(name, cache, offline=offline, reporter=reporter) for name in (first, second))
    return changes(one, other)


def kind_of(word: str) -> str:
    """The kind of an argument of the command line: ``dist``, ``lock`` or ``release``."""
    path = Path(word)
    return "dist" if is_folder(path) else "lock" if is_file(path) else "release"


def changes(one: Snapshot, other: Snapshot) -> tuple[Change, ...]:
    """The differences in the parts that both snapshots have."""
    parts = sorted(one.keys() & other.keys(), key=lambda part: (ORDER.index(part) if part in ORDER else -1, part))
    found = []
    for part in parts:
        old, new = one[part], other[part]
        for name in sorted({*old, *new}):
            before, after = old.get(name, NOTHING), new.get(name, NOTHING)
            if before != after:
                found.append(Change(part, name, before.text, after.text))
    return tuple(found)
