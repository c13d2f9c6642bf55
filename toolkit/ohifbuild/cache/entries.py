"""The content-addressed cache: folders that are complete or absent, and never change once they exist.

Layout: ``<root>/<kind>/<key>/``. ``kind`` is a word (``npm``, ``base``, ``assets``, …); ``key`` is a digest, or a name
and version, of everything that decides the contents. An entry's modification time is the time of its last use.

``<root>/<kind>/.<key>.seal`` has the digest of the entry's contents. A process compares it before its first use of the
entry, so that it never uses one that was damaged: a disk fails, and a dist shares its files with the cache.

Several builds may use one cache at the same time: each entry has a lock, is built in a sibling folder and is renamed
once, atomically. The locks belong to the operating system, so a killed build leaves no lock. It leaves its working
folder, which the next process that uses the cache removes. A process that uses an entry keeps a shared lock on the
cache until it ends, so that ``prune`` never removes an entry that is in use.
"""

from __future__ import annotations

import fcntl
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from ohifbuild.core.console import Reporter, SilentReporter
from ohifbuild.core.digests import seal_of
from ohifbuild.core.disk import REFUSED, disk_errors
from ohifbuild.core.errors import CacheUnusable
from ohifbuild.core.temporary import held_folder, remove_abandoned

CACHE_VARIABLE = "OHIFBUILD_CACHE"
STORE_VARIABLE = "OHIFBUILD_STORE"
WORK = re.compile(r"\..+\.work-")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")

IN_USE = ".in-use"
_in_use_guard = threading.Lock()
_in_use_locks: dict[Path, int] = {}
_intact: set[Path] = set()
"""The entries that this process has compared with their seals."""


class Store(Protocol):
    """A store that shares finished entries between machines; see ``shared_store.py``."""

    def pull(self, kind: str, key: str, into: Path, reporter: Reporter) -> bool:
        """Downloads the entry to the folder ``into``; returns whether the store had it."""

    def push(self, kind: str, key: str, entry: Path, reporter: Reporter) -> None:
        """Uploads the entry to the store."""


@dataclass(frozen=True)
class Cache:
    """A cache at ``root``. ``store`` is the shared store for entries that are made with ``shared=True``."""

    root: Path
    store: Store | None = None

    def path_of(self, kind: str, key: str) -> Path:
        """The path of the entry, whether it exists or not.

        Raises:
            ValueError: ``kind`` or ``key`` is no plain name and could lead out of the cache.
        """
        if not (NAME.fullmatch(kind) and NAME.fullmatch(key)):
            raise ValueError(f"not the name of a cache entry: {kind}/{key}")
        return self.root / kind / key

    def has(self, kind: str, key: str) -> bool:
        """Whether the entry exists and is undamaged."""
        return _is_intact(self.path_of(kind, key))

    def entry(
        self,
        kind: str,
        key: str,
        make: Callable[[Path], None],
        *,
        reporter: Reporter | None = None,
        shared: bool = False,
    ) -> Path:
        """The entry's folder, made first if it does not exist or is damaged.

        If another process is making the same entry, waits for it and reports that. An existing entry can also be read
        from a read-only cache.

        Args:
            make: fills the empty folder that it gets; that folder becomes the entry.
            shared: look for the entry in the store before making it, and upload it afterwards. Only for entries that
                are expensive to make, hold plain files and are the same on every machine.

        Raises:
            CacheUnusable: the cache cannot be written or locked.
            DiskFull: the disk is full.
            StoreUnusable: there is no driver for the store.
        """
        final = self.path_of(kind, key)
        reporter = reporter or SilentReporter()
        store = self.store if shared else None
        fix = f"Set {CACHE_VARIABLE} to a folder you can write to, on a disk with 1 GB free."
        with disk_errors(self.root, fix=fix):
            lock_as_in_use(self.root)
            if not _is_intact(final):
                final.parent.mkdir(parents=True, exist_ok=True)
                with _locked(final, reporter):
                    made = _make(final, make, store, reporter)
                if store and made:
                    store.push(kind, key, final, reporter)
        with suppress(OSError):  # a read-only cache cannot record the time of use
            os.utime(final)
        return final


def own_lock(root: Path) -> int | None:
    """The file descriptor of the lock with which this process uses the cache; None if it does not use it."""
    return _in_use_locks.get(root.absolute())


def lock_as_in_use(root: Path) -> int | None:
    """Marks the cache as in use by this process until the process ends; returns the lock's file descriptor.

    Returns None if the cache is read-only and has no lock file: then nobody can prune it.
    """
    with _in_use_guard:
        known = _in_use_locks.get(root.absolute())
        if known is not None:
            return known
        path = root / IN_USE
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
        _in_use_locks[root.absolute()] = descriptor
        remove_what_killed_processes_left(root)
        return descriptor


def working_folder(final: Path) -> AbstractContextManager[Path]:
    """A temporary folder beside the entry ``final``; see ``core/temporary.py``."""
    return held_folder(final.parent, _prefix(final))


def seal(final: Path) -> Path:
    """The file with the digest of an entry."""
    return final.with_name(f".{final.name}.seal")


def lock_file(final: Path) -> Path:
    """The file that is locked while an entry is made."""
    return final.with_name(f".{final.name}.lock")


def _prefix(final: Path) -> str:
    return f".{final.name}.work-"


def _is_intact(final: Path) -> bool:
    """Whether an entry exists and is what it was when it was made."""
    place = final.absolute()
    if place in _intact and final.is_dir():
        return True
    try:
        intact = not final.is_symlink() and final.is_dir() and seal(final).read_text("ascii") == seal_of(final)
    except (OSError, ValueError):
        intact = False
    if intact:
        _intact.add(place)
    return intact


def remove_what_killed_processes_left(root: Path) -> None:
    """Removes working folders of the cache that nobody uses."""
    with suppress(OSError):
        for kind in filter(Path.is_dir, root.iterdir()):
            for prefix in {match[0] for path in kind.iterdir() if (match := WORK.match(path.name))}:
                remove_abandoned(kind, prefix)


def _make(final: Path, make: Callable[[Path], None], store: Store | None, reporter: Reporter) -> bool:
    """Makes the entry or downloads it from the store; returns whether it was made here."""
    if _is_intact(final):  # another process made it while we waited for the lock
        return False
    if os.path.lexists(final):
        reporter.warn(f"{final.parent.name}/{final.name[:12]} in the cache is damaged; it is made again.")
        with working_folder(final) as work:
            final.rename(work / "damaged")
    if store and _fill_and_rename(final, lambda work: store.pull(final.parent.name, final.name, work, reporter)):
        return False

    def fill(work: Path) -> bool:
        make(work)
        return True

    return _fill_and_rename(final, fill)


def _fill_and_rename(final: Path, fill: Callable[[Path], bool]) -> bool:
    """Lets ``fill`` fill a working folder and, if it returns true, renames that folder to the entry."""
    with working_folder(final) as folder:
        work = folder / "entry"
        work.mkdir()
        filled = fill(work)
        if filled:
            work.chmod(0o755)
            (folder / "seal").write_text(seal_of(work), encoding="ascii")
            (folder / "seal").replace(seal(final))
            work.rename(final)
            _intact.add(final.absolute())
        return filled


@contextmanager
def _locked(final: Path, reporter: Reporter) -> Iterator[None]:
    lock = FileLock(lock_file(final))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        reporter.say(f"Another ohifbuild process is making {final.parent.name}/{final.name[:12]}; waiting for it.")
        lock.acquire()
    except NotImplementedError as error:
        raise CacheUnusable(
            f"Files under {final.parent} cannot be locked.",
            cause="The cache is on a file system without file locks, such as some network drives.",
            fix=f"Set {CACHE_VARIABLE} to a folder on a local disk.",
        ) from error
    try:
        yield
    finally:
        lock.release()
