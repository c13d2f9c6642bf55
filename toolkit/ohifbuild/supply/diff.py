"""What changed between two dists, for a person who must approve it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild.finish.manifest import Manifest, read_manifest

# Names that hold a digest of their contents: app.bundle.26b7eafdf05b5445414b.js is app.bundle.*.js in any build.
HASH = re.compile(r"(?<=[./])[0-9a-f]{12,20}(?=[./])")
COMPRESSED = (".br", ".gz")
RELEASE = "OHIF"
PARTS = (
    ("our extensions", re.compile(r"^ohifbuild/")),
    ("configuration", re.compile(r"^(app-config\.js|index\.html)$")),
    (RELEASE, re.compile(r"")),
)


@dataclass(frozen=True)
class Change:
    """One thing that differs: ``part`` is inputs or one of ``PARTS``; ``old`` or ``new`` may be ""."""

    part: str
    name: str
    old: str
    new: str


def diff(first: Path, second: Path) -> tuple[Change, ...]:
    """What differs between two dists: first what they were made from, then their files.

    Files whose names hold a digest are matched by the rest of their names; compressed siblings follow their files and
    are left out.

    Raises:
        DistInvalid: one of them has no manifest.
    """
    one, other = read_manifest(first), read_manifest(second)
    return (*_inputs(one.inputs, other.inputs), *_files(one, other))


def _inputs(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Change]:
    old, new = dict(_flat(one)), dict(_flat(other))
    return [
        Change("inputs", name, old.get(name, ""), new.get(name, ""))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def _flat(value: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows = []
    for name, item in value.items():
        rows += _flat(item, f"{prefix}{name}.") if isinstance(item, Mapping) else [(prefix + name, str(item))]
    return rows


def _files(one: Manifest, other: Manifest) -> list[Change]:
    old, new = _by_stable_name(one), _by_stable_name(other)
    changes = []
    for name in sorted({*old, *new}):
        before, after = old.get(name, []), new.get(name, [])
        if before != after:
            part = next(part for part, pattern in PARTS if pattern.search(name))
            changes.append(Change(part, name, _shown(before), _shown(after)))
    return sorted(changes, key=lambda change: [part for part, _ in PARTS].index(change.part))


def _by_stable_name(manifest: Manifest) -> dict[str, list[tuple[str, int]]]:
    named: dict[str, list[tuple[str, int]]] = {}
    for name, entry in sorted(manifest.files.items()):
        if not name.endswith(COMPRESSED):
            named.setdefault(HASH.sub("*", name), []).append((entry.sha256, entry.size))
    return {name: sorted(entries) for name, entries in named.items()}


def _shown(entries: list[tuple[str, int]]) -> str:
    if not entries:
        return ""
    total = sum(size for _, size in entries)
    return f"{len(entries)} files, {total} bytes" if len(entries) > 1 else f"{total} bytes, {entries[0][0][:12]}"
