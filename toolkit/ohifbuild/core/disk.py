"""Turns failures of the operating system to write into errors that a user can act on."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ohifbuild.core.errors import CacheUnusable, DiskFull

REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)
FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def disk_errors(where: Path, *, fix: str = "Choose a folder that you can write to, with space left.") -> Iterator[None]:
    """Turns a failure to write at ``where`` into one of our errors; other exceptions pass through.

    Raises:
        DiskFull: no space is left on the disk or in the quota.
        CacheUnusable: ``where`` is read-only, belongs to another user, or is a file instead of a folder.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(
                f"No space is left to write to {where}.",
                cause="The disk or the quota is full; a build needs about 1 GB.",
                fix=fix,
            ) from error
        if error.errno in REFUSED or isinstance(error, NotADirectoryError | FileExistsError):
            raise CacheUnusable(
                f"Cannot write to {error.filename or where}.",
                cause="It is read-only, it belongs to another user, or it is a file instead of a folder.",
                fix=fix,
            ) from error
        raise
