"""Digests of values and of folders, which the cache and the lock use as keys."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def digest_of(*parts: object) -> str:
    """A stable SHA-256 digest, in hex, of values that JSON can hold: a cache key."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def seal_of(root: Path, *, counts: Callable[[str], bool] = lambda name: True) -> str:
    """The SHA-256 digest, in hex, of everything in the folder ``root``: names, kinds, contents, and who may run a file.

    A link counts as a link, wherever it leads.

    Args:
        counts: whether a file counts, by its POSIX path.

    Raises:
        OSError: something in it cannot be read.
    """
    names = [name for name in sorted(_names(root, "")) if counts(name.rstrip("/"))]
    with ThreadPoolExecutor() as pool:
        return digest_of(*pool.map(lambda name: [name, *_facts(root / name)], names))


def _names(folder: Path, prefix: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield f"{prefix}{entry.name}/"
            yield from _names(Path(entry.path), f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}"


def _facts(path: Path) -> tuple[str, ...]:
    if path.is_symlink():
        return ("link", str(path.readlink()))
    if path.is_dir():
        return ("folder",)
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        return ("program" if status.st_mode & 0o100 else "file", hashlib.file_digest(file, "sha256").hexdigest())


def digest_of_tree(root: Path) -> str:
    """The SHA-256 digest, in hex, of the relative path and the contents of every file under ``root``.

    Times and modes do not count. ``root`` may also be a single file. A link that leads out of ``root`` counts as a
    link: what is there is not of the tree, and may have no end.
    """
    digest = hashlib.sha256()
    for path in [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix().encode()
        leads_out = path != root and path.is_symlink() and not path.resolve().is_relative_to(root.resolve())
        content = os.fsencode(path.readlink()) if leads_out else path.read_bytes()
        digest.update(len(name).to_bytes(4, "big") + name + hashlib.sha256(content).digest())
    return digest.hexdigest()
