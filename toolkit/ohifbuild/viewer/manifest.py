"""The manifest of a dist: the SHA-256 and size of every file, the dist's inputs, and the digest of the whole dist.

The digest is the SHA-256 of the sorted lines ``<sha256>  <path>\\n``, the format of ``sha256sum``, so that everybody
can compute it with coreutils. The manifest is not one of the files.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild.core.documents import parse_json
from ohifbuild.core.errors import DistInvalid

MANIFEST_NAME = "ohifbuild-manifest.json"
SHA256 = re.compile(r"[0-9a-f]{64}")
FORMAT = 1


@dataclass(frozen=True)
class FileEntry:
    """One file: its SHA-256 in lower-case hex, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """The files of a dist by POSIX path, and its ``inputs``, which are JSON values."""

    files: Mapping[str, FileEntry]
    inputs: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The digest of the whole dist: ``sha256:…``."""
        lines = "".join(f"{entry.sha256}  {path}\n" for path, entry in sorted(self.files.items()))
        # As the file system has them: the name of a file that does not belong here may be no UTF-8.
        return "sha256:" + hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def size(self) -> int:
        """The size of all files in bytes."""
        return sum(entry.size for entry in self.files.values())

    def write(self, dist: Path) -> None:
        """Writes the manifest into ``dist``."""
        document = {
            "format": FORMAT,
            "digest": self.digest,
            "inputs": self.inputs,
            "files": {path: {"sha256": e.sha256, "size": e.size} for path, e in sorted(self.files.items())},
        }
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (dist / MANIFEST_NAME).write_text(text, encoding="utf-8")


def hash_tree(root: Path, *, known: Mapping[str, FileEntry] | None = None) -> dict[str, FileEntry]:
    """Every file under ``root`` except the manifest, by POSIX path; a file in ``known`` is not read again."""
    known = known or {}
    paths = sorted(p for p in root.rglob("*") if p.is_file() and p != root / MANIFEST_NAME)
    names = [p.relative_to(root).as_posix() for p in paths]
    with ThreadPoolExecutor() as pool:
        entries = pool.map(lambda item: known.get(item[0]) or _entry(item[1]), zip(names, paths, strict=True))
        return dict(zip(names, entries, strict=True))


def read_manifest(dist: Path) -> Manifest:
    """The manifest of a dist.

    Raises:
        DistInvalid: the manifest is missing or damaged.
    """
    path = dist / MANIFEST_NAME
    try:
        document = parse_json(path.read_text(encoding="utf-8"))
        files = {_checked_name(name): _checked_entry(entry) for name, entry in document["files"].items()}
        inputs = dict(document["inputs"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DistInvalid(
            f"{dist} is not a complete dist of ohifbuild.",
            cause=f"Its {MANIFEST_NAME} is missing or damaged.",
            fix="Build one with: ohifbuild build",
        ) from error
    return Manifest(files=files, inputs=inputs)


def _checked_name(name: str) -> str:
    """The path of a file below the dist."""
    if "\0" in name or not set(name.split("/")).isdisjoint({"", ".", ".."}):
        raise ValueError("not a path below the dist")
    name.encode()
    return name


def _checked_entry(entry: Any) -> FileEntry:
    sha256, size = entry["sha256"], entry["size"]
    if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
        raise ValueError("not a SHA-256")
    if type(size) is not int or size < 0:
        raise ValueError("not a size")
    return FileEntry(sha256, size)


@dataclass(frozen=True)
class Integrity:
    """The paths of the files that differ from the manifest. Bytes that are no UTF-8 stand as ``\\udc80`` and so on."""

    changed: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether no file differs."""
        return not (self.changed or self.missing or self.added)


def check_integrity(dist: Path) -> Integrity:
    """Compares every file of ``dist`` with its manifest.

    Raises:
        DistInvalid: the manifest is missing or damaged.
    """
    expected = read_manifest(dist).files
    found = hash_tree(dist)
    return Integrity(
        changed=tuple(sorted(name for name in expected.keys() & found.keys() if expected[name] != found[name])),
        missing=tuple(sorted(expected.keys() - found.keys())),
        added=tuple(sorted(_printable(name) for name in found.keys() - expected.keys())),
    )


def _printable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def _entry(path: Path) -> FileEntry:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return FileEntry(sha256=digest.hexdigest(), size=path.stat().st_size)
