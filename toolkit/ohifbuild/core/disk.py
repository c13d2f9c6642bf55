"""Turns failures of the operating system to write into errors that a user can act on."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ohifbuild.core.errors import CacheUnusable, DiskFull, OhifbuildError

REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)
FULL = (errno.ENOSPC, errno.EDQUOT)
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


@contextmanager
def disk_errors(where: Path, *, fix: str = FIX) -> Iterator[None]:
    """Turns a failure to write at ``where`` into one of our errors; other exceptions pass through.

    Raises:
        DiskFull: no space is left on the disk or in the quota.
        CacheUnusable: ``where`` is read-only, belongs to another user, or is no possible path of a folder.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL or (error.errno in CAUSES and error.errno != errno.ENOENT):
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
            cause="The disk or the quota is full; a build needs about 1 GB.",
            fix=fix,
        )
    reason = CAUSES.get(error.errno or 0) or f"{error.strerror or error}."
    return CacheUnusable(f"Cannot write to {_shown(error.filename or where)}.", cause=reason, fix=fix)


def require_writable(path: Path) -> None:
    """Checks, before any work, that ``path`` can be written or made: tries to make a file beside it.

    Raises:
        DiskFull, CacheUnusable: as ``place_errors``.
    """
    try:
        if path.is_symlink() or os.path.lexists(path):
            path.stat()
        folder = path.absolute().parent
        while not os.path.lexists(folder):
            folder = folder.parent
        with tempfile.TemporaryFile(dir=folder):
            pass
        # Names that are too long, or file systems such as /proc, show themselves only when a folder is made.
        if folder != path.absolute().parent:
            Path(tempfile.mkdtemp(dir=folder)).rmdir()
    except OSError as error:
        error.filename = str(path)  # not that of the file which was tried
        raise disk_error(error, path) from error


def _shown(path: object) -> str:
    text = str(path)
    return text if len(text) <= 200 else f"{text[:199]}…"
