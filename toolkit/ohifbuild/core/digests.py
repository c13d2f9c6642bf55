"""Digests of values and of folders, as the cache and the lock use them for keys."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


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
