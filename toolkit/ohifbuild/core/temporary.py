"""Temporary folders, and those that killed processes left.

A process that is killed cannot remove its folder. So each folder holds a file that is locked while the folder is in
use, with a lock of the operating system that ends with the process. Whoever makes a folder in the same place first
removes those that nobody has locked. Where the file system has no locks, nothing is removed.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ohifbuild.core.uninterrupted import uninterrupted

MARKER = ".ohifbuild-in-use"
"""The locked file in each of these folders. It is the last one that is removed."""

PREFIX = "ohifbuild-"
NO_LOCKS = -1
RANDOM = re.compile(r"[a-z0-9_]{8}")


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """An empty folder in the system's folder for temporary files; it is removed at the end."""
    with held_folder(system_folder(), PREFIX) as folder:
        work = folder / "work"
        work.mkdir()
        yield work


def remove_abandoned_temporary_folders() -> None:
    """Removes what ``temporary_folder`` made in processes that were killed."""
    remove_abandoned(system_folder(), PREFIX)


def system_folder() -> Path:
    """The folder for temporary files, as ``tempfile`` chooses it.

    ``tempfile`` first tries it with a file, which stays if the process is killed. So it is asked only where there
    is something to search.
    """
    named = Path(os.environ.get("TMPDIR") or "/tmp")  # noqa: S108 (nothing there gets a name that others know)
    return named if named.is_absolute() and os.access(named, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


@contextmanager
def held_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder in ``parent`` that holds nothing but its locked file; it is removed at the end.

    Raises:
        OSError: the folder cannot be made.
    """
    remove_abandoned(parent, prefix)
    made: list[tuple[Path, int]] = []
    try:
        with uninterrupted():
            made.append(_made(parent, prefix))
        yield made[0][0]
    finally:
        with uninterrupted():
            for folder, lock in made:
                _remove(folder)
                if lock != NO_LOCKS:
                    os.close(lock)


def remove_abandoned(parent: Path, prefix: str, settle: Callable[[Path], None] | None = None) -> None:
    """Removes the folders in ``parent`` with this prefix that killed processes left.

    Args:
        settle: called with each folder before it is removed.
    """
    with suppress(OSError):
        for entry in os.scandir(parent):
            ours = entry.name.startswith(prefix) and RANDOM.fullmatch(entry.name.removeprefix(prefix))
            if ours and entry.is_dir(follow_symlinks=False):
                with suppress(OSError):
                    _remove_if_abandoned(Path(entry.path), settle)


def _remove_if_abandoned(folder: Path, settle: Callable[[Path], None] | None) -> None:
    if folder.stat().st_uid != os.geteuid():
        return
    if not (folder / MARKER).exists():
        # Its maker was killed before it could lock it, or has not locked it yet. Fails if it is not one of ours.
        folder.rmdir()
        return
    lock = _locked(folder / MARKER)
    if lock is None or lock == NO_LOCKS:
        return
    try:
        if settle:
            settle(folder)
        _remove(folder)
    finally:
        os.close(lock)


def _made(parent: Path, prefix: str) -> tuple[Path, int]:
    """A new folder and the descriptor of its lock. Another process can remove the folder until it is locked."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        try:
            lock = _locked(folder / MARKER)
        except FileNotFoundError:
            continue
        except BaseException:
            _remove(folder)
            raise
        if lock is not None:
            return folder, lock


def _locked(marker: Path) -> int | None:
    """The descriptor that keeps the file locked; NO_LOCKS if the file system has none; None if another process has it.

    Raises:
        OSError: the file cannot be opened, or not be made.
    """
    descriptor = os.open(marker, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), marker.lstat()):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:
        os.close(descriptor)
        return NO_LOCKS
    os.close(descriptor)
    return None


def _remove(folder: Path) -> None:
    """Removes the folder as far as possible. Its marker goes last, so that what is left is still known as ours."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name == MARKER:
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                Path(entry.path).unlink()
        if [entry.name for entry in os.scandir(folder)] == [MARKER]:
            (folder / MARKER).unlink()
        folder.rmdir()
