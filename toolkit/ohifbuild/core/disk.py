"""Turns failures of the operating system to write into errors that a user can act on."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ohifbuild.core.errors import CacheUnusable, DiskFull, FileSystemFailed, OhifbuildError
from ohifbuild.core.paths import is_taken
from ohifbuild.core.temporary import held_folder, system_folder

REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FIX = "Choose a folder that you can write to, with space left."

CAUSES = {
    errno.EROFS: "Its file system is read-only.",
    errno.EACCES: "You have no permission to write there: it is read-only, or it belongs to another user.",
    errno.EPERM: "You have no permission to write there: it is read-only, or it belongs to another user.",
    errno.ENOTDIR: "A part of the path is a file instead of a folder.",
    errno.EEXIST: "It is a file instead of a folder, or a link to nothing.",
    errno.EISDIR: "It is a folder instead of a file.",
    errno.ENAMETOOLONG: "The path, or a name in it, is longer than the file system allows.",
    errno.ELOOP: "Symbolic links in the path lead in a circle.",
    errno.ENOENT: "A folder of the path does not exist, and none can be made there.",
}
"""Only those of the first rows can come from a wrong path alone; ``ENOENT`` can also be a defect of ohifbuild."""

NO_LOCKS = "Its file system has no file locks: a network drive without a lock service, for example."
FAILURES = {
    errno.EIO: "The disk reports an error, or a network drive was disconnected.",
    errno.ESTALE: "A network drive was disconnected, or its server was restarted.",
    errno.EMFILE: "This process may not open more files: see ulimit -n.",
    errno.ENFILE: "The system has too many open files.",
    errno.ENOLCK: NO_LOCKS,
    errno.ENOSYS: NO_LOCKS,
    errno.EOPNOTSUPP: NO_LOCKS,
    errno.EXDEV: "Its file system cannot rename this folder: it is in a lower layer of a container, for example.",
}
"""What no path and no permission explains."""


@contextmanager
def disk_errors(where: Path, *, fix: str = FIX) -> Iterator[None]:
    """Turns a failure to write at ``where`` into one of our errors; other exceptions pass through.

    Raises:
        DiskFull: no space is left on the disk or in the quota.
        CacheUnusable: ``where`` is read-only, belongs to another user, or is no possible path of a folder.
        FileSystemFailed: the disk or the file system failed.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (*FULL, *FAILURES) or (error.errno in CAUSES and error.errno != errno.ENOENT):
            raise disk_error(error, where, fix) from error
        raise


@contextmanager
def place_errors(where: Path, *, fix: str = FIX) -> Iterator[None]:
    """As ``disk_errors``, for a block that does nothing but use the path ``where``: every failure is about it.

    Raises:
        DiskFull, CacheUnusable: as ``disk_errors``; for every ``OSError``.
    """
    try:
        yield
    except OSError as error:
        raise disk_error(error, where, fix) from error


def disk_error(error: OSError, where: Path, fix: str = FIX) -> OhifbuildError:
    """The error for a failure to write at ``where``."""
    if error.errno in FULL:
        return DiskFull(
            f"No space is left to write to {where}.",
            cause="The disk or a quota is full, or files may not be that large; a build needs about 1 GB.",
            fix=fix,
        )
    if error.errno in FAILURES:
        return FileSystemFailed(
            f"{_shown(error.filename or where)} cannot be read, written, renamed or locked.",
            cause=FAILURES[error.errno],
            fix="Run the command again. If the error stays, use a folder on another disk.",
        )
    reason = CAUSES.get(error.errno or 0) or f"{error.strerror or error}."
    return CacheUnusable(f"Cannot write to {_shown(error.filename or where)}.", cause=reason, fix=fix)


def machine_error(error: OSError) -> OhifbuildError | None:
    """The error for a failure of the machine that no part of ohifbuild expected; None if it can be a defect."""
    if error.errno in (*FULL, *FAILURES):
        return disk_error(error, Path(error.filename or system_folder()))
    if error.errno in REFUSED and error.filename:
        return CacheUnusable(f"Cannot use {_shown(error.filename)}.", cause=CAUSES[error.errno], fix=FIX)
    return None


def require_writable(path: Path) -> None:
    """Checks, before any work, that ``path`` can be written or made: tries to make a folder beside it.

    Raises:
        DiskFull, CacheUnusable: as ``place_errors``.
    """
    try:
        if is_taken(path):
            path.stat()
        folder = path.absolute().parent
        while not is_taken(folder):
            folder = folder.parent
        with held_folder(folder, ".ohifbuild-"):
            pass
    except OSError as error:
        error.filename = str(path)  # not that of the file which was tried
        raise disk_error(error, path) from error


def _shown(path: object) -> str:
    text = str(path)
    return text if len(text) <= 200 else f"{text[:199]}…"
