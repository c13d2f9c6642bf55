"""Temporary folders beside an output, and the end of an exchange of folders that was interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ohifbuild.core.disk import disk_errors, place_errors
from ohifbuild.core.temporary import held_folder, remove_abandoned

LONGEST_NAME = 100
"""Characters of the output's name in the temporary one, so that the latter is not too long for the file system."""


@contextmanager
def staging(output: Path) -> Iterator[Path]:
    """A temporary folder on the same file system as ``output``; it is removed at the end.

    Raises:
        CacheUnusable, DiskFull: the folder cannot be made, or something in it cannot be written.
    """
    output = output.absolute()
    with place_errors(output):
        output.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(output)
    with disk_errors(output.parent), held_folder(output.parent, _prefix(output)) as folder:
        yield folder


def remove_leftovers(output: Path) -> None:
    """Removes the folders that killed processes left beside an output.

    A folder of an earlier dist that was moved away, and whose place is empty, is put back first.
    """
    output = output.absolute()
    remove_abandoned(output.parent, _prefix(output), lambda folder: _settle(folder, output))


def _settle(folder: Path, output: Path) -> None:
    """Ends an exchange of folders that was interrupted: forward if the new dist is in place, else backward."""
    installed = output.exists() and not (folder / "new" / output.name).exists()
    found = folder / ("new" if installed else "old")
    for moved in found.iterdir() if found.is_dir() else ():
        place = output.with_name(moved.name)
        if not place.exists() and not place.is_symlink() and any(moved.iterdir()):
            moved.rename(place)


def _prefix(output: Path) -> str:
    return f".{output.name[:LONGEST_NAME]}-"
