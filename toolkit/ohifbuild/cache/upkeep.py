"""Reports what the cache holds, and prunes it."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.cache.entries import IN_USE, Cache, own_lock, working_folder
from ohifbuild.core.disk import disk_errors
from ohifbuild.core.errors import CacheInUse

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class KindUsage:
    """The entries of one kind: their number, their bytes on disk (a file that several entries link to counts once), and
    the time of the last use (seconds since 1970)."""

    kind: str
    entries: int
    bytes: int
    last_used: float


@dataclass(frozen=True)
class PruneResult:
    """What ``prune`` removed: the number of entries, and bytes on disk."""

    entries: int
    bytes: int


def usage(cache: Cache) -> tuple[KindUsage, ...]:
    """What the cache holds, by kind; empty if the cache does not exist yet."""
    seen: set[tuple[int, int]] = set()
    found = []
    for kind in _folders(cache.root):
        entries = list(_entries(kind))
        if entries:
            size = sum(_bytes_of(entry, seen) for entry in entries)
            found.append(KindUsage(kind.name, len(entries), size, max(map(_last_used, entries))))
    return tuple(found)


def prune(cache: Cache, *, unused_days: float | None, now: float | None = None) -> PruneResult:
    """Removes entries that were not used for ``unused_days`` days, and the working folders of killed builds.

    Args:
        unused_days: None removes all entries.
        now: seconds since 1970; default: the current time.

    Raises:
        CacheInUse: another process uses this cache; nothing was removed.
        CacheUnusable: the cache cannot be written.
    """
    if not cache.root.is_dir():
        return PruneResult(0, 0)
    limit = None if unused_days is None else (now or time.time()) - unused_days * SECONDS_PER_DAY
    entries = size = 0
    seen: set[tuple[int, int]] = set()
    with disk_errors(cache.root), _exclusive(cache):
        for kind in _folders(cache.root):
            for entry in _entries(kind):
                if limit is None or _last_used(entry) < limit:
                    entries, size = entries + 1, size + _bytes_of(entry, seen)
                    _remove(entry)
            for leftover in kind.glob(".*.work-*"):
                size += _bytes_of(leftover, seen)
                shutil.rmtree(leftover)
            for file in (*kind.glob(".*.seal"), *kind.glob(".*.lock")):
                if not (kind / file.stem.removeprefix(".")).exists():
                    file.unlink()
    return PruneResult(entries, size)


@contextmanager
def _exclusive(cache: Cache) -> Iterator[None]:
    """Locks the whole cache: builds that start now wait; if another process uses it already, raises CacheInUse.

    A prune does not itself count as using the cache, so of two at the same time one succeeds.
    """
    own = own_lock(cache.root)
    lock = os.open(cache.root / IN_USE, os.O_RDWR | os.O_CREAT, 0o666) if own is None else own
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise CacheInUse(
            f"The cache {cache.root} is in use; nothing was removed.",
            cause="Another ohifbuild process is running: a build, verify, demo or prune.",
            fix="Run the same command again when that process has ended.",
        ) from error
    finally:
        if own is None:
            os.close(lock)
        else:  # also if it failed: the system gives up the shared lock before it looks for the exclusive one
            fcntl.flock(own, fcntl.LOCK_SH)


def _remove(entry: Path) -> None:
    """Moves the entry to a hidden folder before deleting it, so that an entry is never incomplete."""
    with working_folder(entry) as hidden:
        entry.rename(hidden / entry.name)


def _folders(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in _entries(folder) if path.is_dir())


def _entries(kind: Path) -> Iterator[Path]:
    """Folders, and single files such as build logs."""
    yield from sorted(path for path in kind.iterdir() if not path.name.startswith("."))


def _last_used(entry: Path) -> float:
    return entry.stat().st_mtime


def _bytes_of(entry: Path, seen: set[tuple[int, int]]) -> int:
    """Bytes on disk of the files of ``entry`` that are not in ``seen``, the set of (device, inode) pairs."""
    total = 0
    for path in _files(entry):
        status = path.lstat()
        if (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            total += status.st_blocks * 512
    return total


def _files(entry: Path) -> Iterator[Path]:
    if not entry.is_dir():
        yield entry
    for parent, _, names in os.walk(entry):
        yield from (Path(parent, name) for name in names)
