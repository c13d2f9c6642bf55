"""The content-addressed cache: folders that are complete or not there, and never changed once they are.

Layout: ``<root>/<kind>/<key>/`` with ``kind`` a word (``npm``, ``base``, ``assets``, …) and ``key`` a digest, or a name
and version, of everything that decides the contents. An entry's modification time is when it was last used.

Several builds at once are safe: one lock per entry, work in a sibling folder, one atomic rename. Locks are the
operating system's, so a build that is killed leaves none; what it leaves is its working folder, which the next build
that wants the entry, or ``prune``, removes. Everybody who was given an entry holds a shared lock on the cache until
their process ends, so that ``prune`` never takes away what is in use.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from ohifbuild.core.console import Reporter, SilentReporter
from ohifbuild.core.disk import REFUSED, disk_errors
from ohifbuild.core.errors import CacheUnusable

CACHE_VARIABLE = "OHIFBUILD_CACHE"
STORE_VARIABLE = "OHIFBUILD_STORE"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")

_holding = threading.Lock()
_held: dict[Path, int] = {}


class Store(Protocol):
    """Where finished entries are shared between machines; see ``shared_store.py``."""

    def pull(self, kind: str, key: str, into: Path, reporter: Reporter) -> bool:
        """Fills the folder ``into`` with the entry; whether the store had it."""

    def push(self, kind: str, key: str, entry: Path, reporter: Reporter) -> None:
        """Gives the entry to the store."""


@dataclass(frozen=True)
class Cache:
    """A cache at ``root``, with a shared ``store`` behind it for those entries that say so."""

    root: Path
    store: Store | None = None

    def path_of(self, kind: str, key: str) -> Path:
        """Where the entry is, or would be."""
        if not (NAME.fullmatch(kind) and NAME.fullmatch(key)):
            raise ValueError(f"not the name of a cache entry: {kind}/{key}")
        return self.root / kind / key

    def has(self, kind: str, key: str) -> bool:
        """Whether the entry is there, complete."""
        return self.path_of(kind, key).is_dir()

    def entry(
        self,
        kind: str,
        key: str,
        make: Callable[[Path], None],
        *,
        reporter: Reporter | None = None,
        shared: bool = False,
    ) -> Path:
        """The entry's folder; if it is not there yet, ``make`` fills an empty folder that then becomes it.

        Where another process is making the same entry, waits for it and tells ``reporter`` so. An entry that is there
        can be had from a read-only cache too. A ``shared`` one is looked for in the store before it is made, and given
        to it afterwards: for what is dear to make, holds plain files only and is the same on every machine.

        Raises:
            CacheUnusable: the cache cannot be written or locked.
            DiskFull: no space left.
            StoreUnusable: there is no driver for the store.
        """
        final = self.path_of(kind, key)
        teller = reporter or SilentReporter()
        store = self.store if shared else None
        fix = f"Set {CACHE_VARIABLE} to a folder you can write to, on a disk with 1 GB free."
        with disk_errors(self.root, fix=fix):
            hold(self.root)
            if not final.is_dir():
                final.parent.mkdir(parents=True, exist_ok=True)
                with _locked(final, teller):
                    made = _make(final, make, store, teller)
                if store and made:
                    store.push(kind, key, final, teller)
        with suppress(OSError):  # a read-only cache keeps no account of use
            os.utime(final)
        return final


def hold(root: Path) -> int | None:
    """Marks the cache as in use by this process until it ends; returns the lock's file descriptor.

    None where the cache is read-only and was never used: nobody can prune it then.
    """
    with _holding:
        known = _held.get(root.absolute())
        if known is not None:
            return known
        path = root / ".in-use"
        try:
            root.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            if error.errno not in REFUSED or not root.is_dir():
                raise
            if not path.is_file():
                return None
            descriptor = os.open(path, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _held[root.absolute()] = descriptor
        return descriptor


def working_folders(final: Path) -> list[Path]:
    """What builds that were killed left of the entry ``final``; to be asked by whoever holds its lock."""
    return list(final.parent.glob(f".{final.name}.work-*"))


def _make(final: Path, make: Callable[[Path], None], store: Store | None, reporter: Reporter) -> bool:
    """Whether the entry had to be made here."""
    if final.is_dir():  # another process made it while we waited for the lock
        return False
    for stale in working_folders(final):
        shutil.rmtree(stale, ignore_errors=True)
    if store and _became(final, lambda work: store.pull(final.parent.name, final.name, work, reporter)):
        return False

    def fill(work: Path) -> bool:
        make(work)
        return True

    return _became(final, fill)


def _became(final: Path, fill: Callable[[Path], bool]) -> bool:
    """Whether ``fill`` said that the working folder it was given is the entry; if so, it is in its place."""
    work = Path(tempfile.mkdtemp(prefix=f".{final.name}.work-", dir=final.parent))
    try:
        filled = fill(work)
        if filled:
            work.chmod(0o755)
            work.rename(final)
        return filled
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _locked(final: Path, reporter: Reporter) -> Iterator[None]:
    lock = FileLock(final.parent / f".{final.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        reporter.say(f"Another ohifbuild is making {final.parent.name}/{final.name[:12]}; waiting for it.")
        lock.acquire()
    except NotImplementedError as error:
        raise CacheUnusable(
            f"Files under {final.parent} cannot be locked.",
            cause="The cache is on a file system without locks, such as some network drives.",
            fix=f"Set {CACHE_VARIABLE} to a folder on a local disk.",
        ) from error
    try:
        yield
    finally:
        lock.release()
