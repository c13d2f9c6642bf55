"""Semantic patches for builds from source: load, choose, try, apply. ``docs/explanation/patches.md`` is the prose.

The parts: ``load.py`` reads and checks patch folders, ``plan.py`` works out edits without touching anything,
``apply.py`` writes them, ``drift.py`` finds code that moved, ``examples.py`` runs a patch on its own inputs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from ohifbuild.patches.apply import apply, drift_error
from ohifbuild.patches.drift_report import as_json, drift_table
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
    "as_json",
    "check",
    "digest",
    "drift_error",
    "drift_table",
    "example_failures",
    "load",
    "select",
]

#: Part of every digest: raised when the same patches come to mean other edits.
FORMAT = 1


def load(*folders: Path) -> tuple[Patch, ...]:
    """The patches of several folders, in their order: usually ``resources.patches()``, then the recipe's.

    Raises:
        PatchInvalid: a patch that cannot be meant, or a name that two of them bear.
    """
    patches = tuple(patch for folder in folders for patch in load_folder(folder))
    first: dict[str, Patch] = {}
    mistakes = [
        f"{patch.source}: name: '{patch.name}' is taken by {first[patch.name].source}"
        for patch in patches
        if first.setdefault(patch.name, patch) is not patch
    ]
    if mistakes:
        raise invalid(mistakes)
    return patches


def select(patches: Iterable[Patch], version: str) -> tuple[Patch, ...]:
    """The patches that are for a release (``3.12.0``, ``v3.12.0``)."""
    return tuple(patch for patch in patches if patch.releases.holds(version))


def check(tree: SourceTree, version: str, patches: Sequence[Patch]) -> tuple[DriftRow, ...]:
    """Tries patches on a source without changing it: one row per change, also for those not meant for ``version``.

    Raises:
        PatchInvalid: a file that a patch names is a symbolic link.
    """
    return plan(tree, version, patches).rows


def digest(patches: Iterable[Patch]) -> str:
    """SHA-256, in hex, of what patches do: equal wherever they lie and whatever their prose says; order is nothing."""
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
