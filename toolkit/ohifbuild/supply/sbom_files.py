"""Writes the SBOM and the provenance of a dist, which are in the evidence folder with the report."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, astuple
from importlib.metadata import version
from pathlib import Path

from ohifbuild import __version__
from ohifbuild.cache.entries import Cache
from ohifbuild.core.digests import digest_of
from ohifbuild.core.disk import disk_errors
from ohifbuild.releases.catalogue import catalogue
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.components import Component, Contents, contents_of
from ohifbuild.supply.provenance import moved_provenance, provenance
from ohifbuild.supply.sbom_subject import moved_sbom
from ohifbuild.viewer.extensions import Bundles
from ohifbuild.viewer.manifest import Manifest, read_manifest
from ohifbuild.viewer.output import PROVENANCE_NAME, SBOM_NAME

KIND = "contents"
SBOM_KIND = "sbom"
WRITER = "cyclonedx-python-lib"
# https://reproducible-builds.org/specs/source-date-epoch/
EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"


def write_sbom_files(
    dist: Path, folder: Path, manifest: Manifest, base: BaseViewer, bundles: Bundles, cache: Cache
) -> None:
    """Writes the SBOM and the provenance statement of ``dist`` into ``folder``, which exists.

    Raises:
        CacheUnusable, DiskFull: the folder cannot be written.
    """
    ours = tuple(Component(item.package.name, item.package.version, item.package.licence) for item in bundles.packages)
    bill = _sbom(manifest, base, ours, cache)
    statement = provenance(dist, manifest, base.release, base.origin, catalogue().source)
    _write(folder, {SBOM_NAME: bill, PROVENANCE_NAME: statement})


def move_sbom_files(old: Path, old_folder: Path, new: Path, new_folder: Path) -> None:
    """Writes the documents in ``old_folder`` about the dist ``old`` again for the dist ``new``, which was made from it.

    A document that is missing, or is not about ``old``, is left out.

    Raises:
        DistInvalid: ``old`` or ``new`` has no manifest.
        CacheUnusable, DiskFull: the folder cannot be written.
    """
    texts = {
        SBOM_NAME: moved_sbom(_text(old_folder / SBOM_NAME), read_manifest(old), read_manifest(new)),
        PROVENANCE_NAME: moved_provenance(_text(old_folder / PROVENANCE_NAME), old, new),
    }
    _write(new_folder, {name: text for name, text in texts.items() if text})


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    with disk_errors(folder):
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")


def _text(path: Path) -> str:
    """The text of a file; "" if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _sbom(manifest: Manifest, base: BaseViewer, ours: tuple[Component, ...], cache: Cache) -> str:
    """The SBOM. That of an empty dist with the same packages is kept in the cache, because writing it takes long."""
    text = os.environ.get(EPOCH_VARIABLE, "0")
    epoch = int(text) if text.isdigit() else 0
    empty = Manifest({}, {"release": manifest.inputs.get("release", "")})

    def make(work: Path) -> None:
        from ohifbuild.supply.sbom import sbom  # importing its packages takes a tenth of a second

        (work / SBOM_NAME).write_text(sbom(empty, _contents(base, cache), ours, epoch=epoch), encoding="utf-8")

    key = digest_of(
        base.key, [astuple(item) for item in ours], epoch, __version__, version(WRITER), *empty.inputs.values()
    )
    made = cache.entry(SBOM_KIND, key, make) / SBOM_NAME
    return moved_sbom(made.read_text(encoding="utf-8"), empty, manifest)


def _contents(base: BaseViewer, cache: Cache) -> Contents:
    """The packages in the base viewer, kept in the cache because reading its bundles takes half a second."""

    def make(work: Path) -> None:
        found = contents_of(base.path)
        rows = {"complete": found.complete, "components": [asdict(item) for item in found.components]}
        (work / "contents.json").write_text(json.dumps(rows), encoding="utf-8")

    rows = json.loads((cache.entry(KIND, base.key, make) / "contents.json").read_text(encoding="utf-8"))
    return Contents(tuple(Component(**row) for row in rows["components"]), rows["complete"])
