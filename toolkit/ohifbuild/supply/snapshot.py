"""Snapshots of a dist, a lock or a release, whose parts can be compared."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.counts import counted
from ohifbuild.core.documents import parse_json
from ohifbuild.lock.lock_file import read_lock
from ohifbuild.releases.catalogue import ReleasePin, catalogue, find_release
from ohifbuild.sources.components import contents_of
from ohifbuild.sources.published import published_viewer
from ohifbuild.supply.sbom_subject import COMPLETENESS, is_about
from ohifbuild.viewer.manifest import FileEntry, Manifest, hash_tree, read_manifest
from ohifbuild.viewer.output import SBOM_NAME, evidence_folder

# File names with a digest of the contents: app.bundle.26b7eafdf05b5445414b.js is app.bundle.*.js in every build.
HASH = re.compile(r"(?<=[./])[0-9a-f]{12,20}(?=[./])|(?<=\.bundle\.)[0-9a-f]{8}(?=\.)")
COMPRESSED = (".br", ".gz")
SOME = "some version"
INPUTS, OURS, CONFIGURATION, OHIF = "inputs", "our extensions", "configuration", "OHIF"
DEPENDENCIES = "dependencies"
# The packages that a published release names; it may contain other packages too.
NAMED = "packages named"
FILES = (
    (OURS, re.compile(r"^ohifbuild/")),
    (CONFIGURATION, re.compile(r"^(app-config\.js|index\.html)$")),
    (OHIF, re.compile(r"")),
)


@dataclass(frozen=True)
class Fact:
    """``text`` is for people; ``digest`` distinguishes facts whose texts are equal."""

    text: str
    digest: str = ""


# The facts by part and name. A part that one snapshot lacks cannot be compared.
Snapshot = dict[str, dict[str, Fact]]


def dist_snapshot(dist: Path, reporter: Reporter) -> Snapshot:
    """The snapshot of a dist: its manifest, and the packages in its SBOM, if the SBOM is about this dist.

    Raises:
        DistInvalid: the folder has no manifest.
    """
    manifest = read_manifest(dist)
    parts = {INPUTS: _flat(manifest.inputs), **_files(manifest.files)}
    packages = _packages(evidence_folder(dist) / SBOM_NAME, manifest)
    if not packages:
        reporter.warn(f"The packages in {dist} are not compared: it has no {SBOM_NAME}, or one about another dist.")
        return parts
    return parts | packages


def lock_snapshot(path: Path) -> Snapshot:
    """The snapshot of a lock: its sections.

    Raises:
        LockInvalid: the file is not a lock.
    """
    sections = read_lock(path).sections
    return {name: {key: Fact(value) for key, value in facts.items()} for name, facts in sections.items()}


def release_snapshot(name: str, cache: Cache, *, offline: bool, reporter: Reporter) -> Snapshot:
    """The snapshot of a release: its pin and, if OHIF published it, the published files.

    Args:
        name: a version or a channel.

    Raises:
        UnknownRelease: the release does not exist.
        OhifbuildError: the errors of the published origin.
    """
    pin = find_release(name, catalogue())
    if pin.pinned and not pin.npm_integrity:
        reporter.warn(f"OHIF {pin.version} is not published: only its pin is compared.")
        return {"release": _pin(pin)}
    base = published_viewer(pin, cache, offline=offline, reporter=reporter).provide(
        cache, offline=offline, reporter=reporter
    )
    packages = {item.name: Fact(item.version or SOME) for item in contents_of(base.path).components}
    return {"release": _pin(base.release), NAMED: packages, **_files(hash_tree(base.path))}


def _pin(pin: ReleasePin) -> dict[str, Fact]:
    facts = {
        "version": pin.version,
        "commit": pin.commit,
        "npm": pin.npm_integrity,
        "node": pin.node,
        "package manager": pin.package_manager,
        "bundler": pin.bundler,
        "verified": ", ".join(pin.verified),
    }
    return {name: Fact(value) for name, value in facts.items() if value}


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Fact]:
    rows: dict[str, Fact] = {}
    for name, item in value.items():
        if isinstance(item, Mapping):
            rows |= _flat(item, f"{prefix}{name}.")
        elif item is not None:
            rows[prefix + name] = Fact(str(item))
    return rows


def _files(files: Mapping[str, FileEntry]) -> Snapshot:
    """The files by part. A digest in a name becomes ``*``; compressed siblings are left out, because they have no
    contents of their own."""
    named: dict[str, list[FileEntry]] = {}
    for name, entry in files.items():
        if not name.endswith(COMPRESSED):
            named.setdefault(HASH.sub("*", name), []).append(entry)
    parts: Snapshot = {part: {} for part, _ in FILES}
    for name, entries in named.items():
        part = next(part for part, pattern in FILES if pattern.search(name))
        parts[part][name] = _fact(entries)
    return parts


def _fact(entries: list[FileEntry]) -> Fact:
    total = sum(entry.size for entry in entries)
    digests = sorted(entry.sha256 for entry in entries)
    if len(entries) == 1:
        return Fact(f"{counted(total, 'byte')}, {digests[0][:12]}", digests[0])
    digest = hashlib.sha256("\n".join(digests).encode()).hexdigest()
    return Fact(f"{len(entries)} files, {counted(total, 'byte')}, {digest[:12]}", digest)


def _packages(sbom: Path, manifest: Manifest) -> Snapshot:
    """The names and versions of the packages in an SBOM; empty if it is not an SBOM about the dist of ``manifest``."""
    try:
        document = parse_json(sbom.read_text(encoding="utf-8"))
        complete = {"name": COMPLETENESS, "value": "complete"} in document["metadata"]["component"]["properties"]
        found: dict[str, set[str]] = {}
        for item in document["components"]:
            name = "/".join(part for part in (item.get("group"), item["name"]) if part)
            found.setdefault(name, set()).add(item.get("version", SOME))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    if not is_about(document, manifest):
        return {}
    part = DEPENDENCIES if complete else NAMED
    return {part: {name: Fact(", ".join(sorted(versions))) for name, versions in found.items()}}
