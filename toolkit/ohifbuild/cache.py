"""The content-addressed cache: folders that are complete or not there, and never changed once they are.

Layout: ``<root>/<kind>/<key>/`` with ``kind`` a word (``npm``, ``base``, ``assets``, …) and ``key`` a digest of
everything that decides the contents. Concurrent builds on one cache are safe: one lock per entry, work in a
sibling folder, one atomic rename.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock

from ohifbuild.errors import CacheUnusable, DiskFull

CACHE_VARIABLE = "OHIFBUILD_CACHE"


def digest_of(*parts: object) -> str:
    """A stable hex digest (SHA-256) of JSON-able values, to be used as a cache key."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_tree(root: Path) -> str:
    """A hex digest (SHA-256) of every file's relative path and contents under ``root``, times and modes aside.

    A file is a tree of its own.
    """
    digest = hashlib.sha256()
    for path in [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix().encode()
        digest.update(len(name).to_bytes(4, "big") + name + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def default_root() -> Path:
    """``$OHIFBUILD_CACHE``, else the user's cache folder."""
    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("ohifbuild"))


@dataclass(frozen=True)
class Cache:
    """A cache at ``root``."""

    root: Path

    def path_of(self, kind: str, key: str) -> Path:
        """Where the entry is, or would be."""
        return self.root / kind / key

    def has(self, kind: str, key: str) -> bool:
        """Whether the entry is there, complete."""
        return self.path_of(kind, key).is_dir()

    def entry(self, kind: str, key: str, make: Callable[[Path], None]) -> Path:
        """The entry's folder; if it is not there yet, ``make`` fills an empty folder that then becomes it.

        Raises:
            CacheUnusable: the cache cannot be written.
            DiskFull: no space left.
        """
        final = self.path_of(kind, key)
        if final.is_dir():
            return final
        with disk_errors(self.root):
            final.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(final.parent / f".{key}.lock")
            with lock:
                if final.is_dir():
                    return final
                work = Path(tempfile.mkdtemp(prefix=f".{key[:12]}-", dir=final.parent))
                try:
                    make(work)
                    work.chmod(0o755)
                    work.rename(final)
                finally:
                    shutil.rmtree(work, ignore_errors=True)
        return final


@contextmanager
def disk_errors(where: Path) -> Iterator[None]:
    """Turns the operating system's refusals to write at ``where`` into our errors."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"No space left while writing to {where}.",
                cause="The disk or the quota is full; a build needs about 1 GB.",
                fix=f"Free some space, or set {CACHE_VARIABLE} to a folder on a larger disk.",
            ) from error
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise CacheUnusable(
                f"Cannot write to {error.filename or where}.",
                cause="The folder is read-only, or belongs to another user.",
                fix=f"Set {CACHE_VARIABLE} to a folder you can write to.",
            ) from error
        raise
