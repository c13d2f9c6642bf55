"""The papers of a dist: SBOM and provenance, written beside it with the report."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from ohifbuild.cache import Cache, disk_errors
from ohifbuild.finish.manifest import Manifest
from ohifbuild.inject import Injected
from ohifbuild.origins.base import BaseViewer
from ohifbuild.releases import catalogue
from ohifbuild.supply.components import Component, Contents, contents_of
from ohifbuild.supply.provenance import PROVENANCE_NAME, provenance
from ohifbuild.supply.sbom import SBOM_NAME, sbom

KIND = "contents"
# https://reproducible-builds.org/specs/source-date-epoch/
EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"


def write_papers(
    dist: Path, folder: Path, manifest: Manifest, base: BaseViewer, injected: Injected, cache: Cache
) -> None:
    """Writes the SBOM and the provenance statement of ``dist`` into ``folder``.

    Raises:
        CacheUnusable, DiskFull: the folder cannot be written.
    """
    ours = tuple(Component(item.package.name, item.package.version, item.package.licence) for item in injected.packages)
    epoch = os.environ.get(EPOCH_VARIABLE, "0")
    bill = sbom(manifest, _contents(base, cache), ours, epoch=int(epoch) if epoch.isdigit() else 0)
    statement = provenance(dist, manifest, base.release, base.origin, catalogue().source)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in ((SBOM_NAME, bill), (PROVENANCE_NAME, statement)):
            unfinished = folder / f".{name}.part"
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(folder / name)


def _contents(base: BaseViewer, cache: Cache) -> Contents:
    """What is in the base, read once: looking through its bundles takes half a second."""

    def make(work: Path) -> None:
        found = contents_of(base.path)
        rows = {"complete": found.complete, "components": [asdict(item) for item in found.components]}
        (work / "contents.json").write_text(json.dumps(rows), encoding="utf-8")

    rows = json.loads((cache.entry(KIND, base.key, make) / "contents.json").read_text(encoding="utf-8"))
    return Contents(tuple(Component(**row) for row in rows["components"]), rows["complete"])
