"""What can be said of a dist, a lock or a release, in parts that can be compared with another one's."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.lock.lock_file import read_lock
from ohifbuild.releases.catalogue import ReleasePin, catalogue, find_release
from ohifbuild.sources.components import contents_of
from ohifbuild.sources.published import published_viewer
from ohifbuild.supply.sbom import COMPLETENESS, is_about
from ohifbuild.viewer.manifest import FileEntry, Manifest, hash_tree, read_manifest
from ohifbuild.viewer.output import SBOM_NAME, evidence_folder

# Names that hold a digest of their contents: app.bundle.26b7eafdf05b5445414b.js is app.bundle.*.js in any build.
HASH = re.compile(r"(?<=[./])[0-9a-f]{12,20}(?=[./])")
COMPRESSED = (".br", ".gz")
SOME = "some version"
INPUTS, OURS, CONFIGURATION, OHIF = "inputs", "our extensions", "configuration", "OHIF"
DEPENDENCIES = "dependencies"
# What a published release shows of them: one that it does not name may be in it all the same.
NAMED = "packages named"
FILES = (
    (OURS, re.compile(r"^ohifbuild/")),
    (CONFIGURATION, re.compile(r"^(app-config\.js|index\.html)$")),
    (OHIF, re.compile(r"")),
)


@dataclass(frozen=True)
class Fact:
    """``text`` is for people; ``digest`` tells apart what the text is too short for."""

    text: str
    digest: str = ""


# Part, name in it, fact. A part that one side lacks cannot be compared.
Snapshot = dict[str, dict[str, Fact]]


def of_dist(dist: Path, reporter: Reporter) -> Snapshot:
    """A dist by its manifest, and its packages by the SBOM beside it, if it has one that is about it.

    Raises:
        DistInvalid: it has no manifest.
    """
    manifest = read_manifest(dist)
    side = {INPUTS: _flat(manifest.inputs), **_files(manifest.files)}
    packages = _packages(evidence_folder(dist) / SBOM_NAME, manifest)
    if not packages:
        reporter.warn(f"The packages in {dist} are not compared: no {SBOM_NAME} beside it is about it.")
        return side
    return side | packages


def of_lock(path: Path) -> Snapshot:
    """A lock, section by section.

    Raises:
        LockInvalid: it is none.
    """
    sections = read_lock(path).sections
    return {name: {key: Fact(value) for key, value in facts.items()} for name, facts in sections.items()}


def of_release(wish: str, cache: Cache, *, offline: bool, reporter: Reporter) -> Snapshot:
    """A release by its pin and, where it is published, by what was published.

    Raises:
        UnknownRelease: there is none of that name.
        OhifbuildError: as the published origin.
    """
    pin = find_release(wish, catalogue())
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
    """Files by the part they are of; those whose names hold a digest go by the rest of their names, and compressed
    siblings are left out, as they follow their files."""
    named: dict[str, list[FileEntry]] = {}
    for name, entry in files.items():
        if not name.endswith(COMPRESSED):
            named.setdefault(HASH.sub("*", name), []).append(entry)
    side: Snapshot = {part: {} for part, _ in FILES}
    for name, entries in named.items():
        part = next(part for part, pattern in FILES if pattern.search(name))
        side[part][name] = _fact(entries)
    return side


def _fact(entries: list[FileEntry]) -> Fact:
    total = sum(entry.size for entry in entries)
    digests = sorted(entry.sha256 for entry in entries)
    if len(entries) == 1:
        return Fact(f"{total} bytes, {digests[0][:12]}", digests[0])
    digest = hashlib.sha256("\n".join(digests).encode()).hexdigest()
    return Fact(f"{len(entries)} files, {total} bytes, {digest[:12]}", digest)


def _packages(sbom: Path, manifest: Manifest) -> Snapshot:
    """Name and versions of the packages in an SBOM; nothing if it is none, or not about the dist of this manifest."""
    try:
        document = json.loads(sbom.read_text(encoding="utf-8"))
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
