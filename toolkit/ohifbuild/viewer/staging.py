"""Temporary folders beside an output, and those that killed processes left.

A process that is killed cannot remove its folder. So each folder is locked while it is in use, with a lock of the
operating system that ends with the process, and the next build in the same place removes what nobody has locked.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ohifbuild.core.disk import disk_errors, place_errors

MARKER = ".ohifbuild-staging"
"""A file in each of these folders; it is written after the lock was taken, and never removed before the folder."""

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
        folder = Path(tempfile.mkdtemp(prefix=_prefix(output), dir=output.parent))
    lock = _locked(folder)
    try:
        with disk_errors(output.parent):
            if lock is not None:
                (folder / MARKER).touch()
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def remove_leftovers(output: Path) -> None:
    """Removes the folders that killed processes left beside an output.

    A folder of an earlier dist that was moved away, and whose place is empty, is put back first.
    """
    with suppress(OSError):
        for folder in output.parent.glob(f"{_escaped(_prefix(output))}*"):
            ours = re.fullmatch(r"[a-z0-9_]{8}", folder.name.removeprefix(_prefix(output)))
            if ours and not folder.is_symlink() and (folder / MARKER).is_file():
                _remove_unused(folder, output)


def _remove_unused(folder: Path, output: Path) -> None:
    lock = _locked(folder)
    if lock is None:
        return
    try:
        _settle(folder, output)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _settle(folder: Path, output: Path) -> None:
    """Ends an exchange of folders that was interrupted: forward if the new dist is in place, else backward."""
    installed = output.exists() and not (folder / "new" / output.name).exists()
    found = folder / ("new" if installed else "old")
    for moved in found.iterdir() if found.is_dir() else ():
        place = output.with_name(moved.name)
        if not place.exists() and not place.is_symlink() and any(moved.iterdir()):
            moved.rename(place)


def _locked(folder: Path) -> int | None:
    """A descriptor that keeps the folder locked; None if another process has it, or this file system has no locks."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _prefix(output: Path) -> str:
    return f".{output.name[:LONGEST_NAME]}-"


def _escaped(text: str) -> str:
    """The text for ``glob``, in which brackets, stars and question marks have a meaning."""
    return re.sub(r"([*?[])", r"[\1]", text)
