"""Semantic patches for builds from source: load, select, check and apply; see ``docs/explanation/patches.md``.

The parts: ``load.py`` reads and checks patch folders, ``plan.py`` computes edits, ``apply.py`` writes them,
``drift.py`` finds code that moved, ``examples.py`` tests a patch with its examples.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from ohifbuild.patches.apply import apply, drift_error
from ohifbuild.patches.examples import example_failures
from ohifbuild.patches.load import invalid, load_folder
from ohifbuild.patches.plan import plan
from ohifbuild.patches.rules import Change, Condition, DriftRow, Patch, PatchReport
from ohifbuild.patches.source_tree import FolderTree, GitTree, MemoryTree, SourceTree

__all__ = [
    "Change",
    "Condition",
    "DriftRow",
    "FolderTree",
    "GitTree",
    "MemoryTree",
    "Patch",
    "PatchReport",
    "SourceTree",
    "apply",
    "check",
    "digest",
    "drift_error",
    "example_failures",
    "load",
    "select",
]

#: Part of every digest; increase it when the same patches produce different edits.
FORMAT = 1


def load(*folders: Path) -> tuple[Patch, ...]:
    """Loads the patches of several folders, in order: usually ``resources.patches()``, then the recipe's.

    Raises:
        PatchInvalid: a patch is invalid, or two patches have the same name.
    """
    patches = tuple(patch for folder in folders for patch in load_folder(folder))
    first: dict[str, Patch] = {}
    mistakes = [
        f"{patch.source}: name: '{patch.name}' is already the name of {first[patch.name].source}"
        for patch in patches
        if first.setdefault(patch.name, patch) is not patch
    ]
    if mistakes:
        raise invalid(mistakes)
    return patches


def select(patches: Iterable[Patch], version: str) -> tuple[Patch, ...]:
    """The patches whose range contains a release (``3.12.0``, ``v3.12.0``)."""
    return tuple(patch for patch in patches if patch.releases.holds(version))


def check(tree: SourceTree, version: str, patches: Sequence[Patch]) -> tuple[DriftRow, ...]:
    """Tries patches on a source without changing it: one row for each change, also those not for ``version``.

    Raises:
        PatchInvalid: a file that a patch names is a symbolic link.
    """
    return plan(tree, version, patches).rows


def digest(patches: Iterable[Patch]) -> str:
    """The SHA-256, in hex, of what patches do: their folder, their prose and their order have no effect."""
    meanings = [
        [
            patch.name,
            patch.releases.text,
            [
                [
                    change.files,
                    change.releases.text if change.releases else None,
                    change.rule,
                    change.matches,
                    change.fix,
                    [[condition.rule, condition.matches] for condition in change.after],
                ]
                for change in patch.changes
            ],
        ]
        for patch in sorted(patches, key=lambda patch: patch.name)
    ]
    return hashlib.sha256(json.dumps([FORMAT, meanings], sort_keys=True).encode()).hexdigest()
