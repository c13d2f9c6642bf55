"""Says when a source file of the recipe was saved."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from watchfiles import watch

UNWATCHED = frozenset({"node_modules", "dist", "coverage", "__pycache__"})
SETTLE_MS = 50
"""How long nothing may change before a change counts: editors write a file in several steps."""

TIMEOUT_MS = 200


def changes(recipe: Path, packages: Iterable[Path]) -> Iterator[tuple[Path, ...]]:
    """The files that were saved since the last time, each time some were.

    Args:
        recipe: the recipe's file, which may not exist.
        packages: the folders of the packages.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    roots, recipe = tuple(packages), recipe.absolute()
    saved = set[Path]()
    while True:
        folders = source_folders(roots)
        watched = {*folders, *([recipe.parent] if recipe.parent.is_dir() else [])}
        for batch in _batches(watched):
            saved |= {path for path in batch if _matters(path, recipe, folders)}
            if batch and source_folders(roots) != folders:
                break  # files in a new folder are watched before what was saved so far is given out
            if saved:
                yield tuple(sorted(saved))
                saved.clear()


def _batches(folders: Iterable[Path]) -> Iterator[frozenset[Path]]:
    """What changed in these folders; an empty set where nothing did for a while."""
    # Folders are not watched with all that is in them: node_modules can hold more than the system's limit of watches.
    for batch in watch(
        *folders, recursive=False, step=SETTLE_MS, rust_timeout=TIMEOUT_MS, yield_on_timeout=True, raise_interrupt=True
    ):
        yield frozenset(Path(path) for _, path in batch)


def source_folders(roots: Iterable[Path]) -> frozenset[Path]:
    """The folders in which files of the packages are; no hidden ones, and none of dependencies or results."""
    found = set[Path]()
    for root in roots:
        for parent, folders, _ in os.walk(root.resolve()):
            found.add(Path(parent))
            folders[:] = [name for name in folders if name not in UNWATCHED and not name.startswith(".")]
    return frozenset(found)


def _matters(path: Path, recipe: Path, folders: frozenset[Path]) -> bool:
    """Whether a change is that of a source, not of an editor's own files."""
    if path == recipe:
        return True
    return path.parent in folders and not path.name.startswith((".", "#")) and not path.name.endswith(("~", ".swp"))
