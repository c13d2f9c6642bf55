"""The line that everything is on: recipe, release pin, base viewer, injected viewer, finished dist, evidence."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ohifbuild import __version__
from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import ClaimsFailed
from ohifbuild.dist.compress import compress_all, compressible
from ohifbuild.dist.extensions import ExtensionPackage
from ohifbuild.dist.inject import Injected, inject, read_packages
from ohifbuild.dist.manifest import Manifest, hash_tree
from ohifbuild.dist.move import move_dist
from ohifbuild.dist.output import StagedDist, check_dist_output, staged_dist
from ohifbuild.dist.prepare import ready
from ohifbuild.lock.lock_file import Lock
from ohifbuild.lock.resolve import LockBook, lock_of, options_of
from ohifbuild.releases.catalogue import ReleasePin, catalogue, resolve
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.choose import base_viewer
from ohifbuild.supply.sbom_files import move_sbom_files, write_sbom_files
from ohifbuild.verify.evidence import Evidence
from ohifbuild.verify.packages import require_packages


@dataclass(frozen=True)
class Built:
    """A finished dist at its final name. ``seconds`` is wall time, verify included."""

    dist: Path
    manifest: Manifest
    release: ReleasePin
    origin: str
    evidence: Evidence | None
    lock: Lock
    seconds: float


def build(recipe: Recipe, *, cache: Cache, offline: bool, reporter: Reporter, book: LockBook | None = None) -> Built:
    """Builds what the recipe asks for; the dist and its evidence appear at ``recipe.output``, or nothing changes there.

    A dist whose claims do not hold never gets there: only its evidence is kept, in ``rejected_folder``. The lock is
    written last, when the dist is in place.

    Args:
        book: the lock file to honour and to keep; None for a build that needs none.

    Raises:
        ClaimsFailed: the viewer was built, and does not keep its claims.
        LockDiffers: the lock was to be kept to, and cannot be.
        VerifyNotInstalled: the recipe asks for a proof and the packages for it are missing; nothing was begun.
        OhifbuildError: whatever the parts raise; see ``core/errors.py``.
    """
    started = time.monotonic()
    if recipe.verify:
        require_packages()
    pin = book.pin(recipe) if book else resolve(recipe.version, catalogue())
    packages = read_packages(recipe)
    check_dist_output(recipe.output)
    base = base_viewer(book.held(recipe) if book else recipe, pin, cache, offline=offline, reporter=reporter)
    evidence = None
    with staged_dist(recipe.output) as stage:
        injected, manifest = finish(base, recipe, packages, stage.dist, cache, offline=offline, reporter=reporter)
        lock = lock_of(recipe, base, injected)
        if book:
            book.check(lock)
        write_sbom_files(stage.dist, stage.evidence, manifest, base, injected, cache)
        if recipe.verify:
            evidence = prove(stage, cache, reporter)
    if book:
        book.write(lock, reporter)
    seconds = time.monotonic() - started
    return Built(recipe.output, manifest, base.release, base.origin, evidence, lock, seconds)


def finish(
    base: BaseViewer,
    recipe: Recipe,
    packages: tuple[ExtensionPackage, ...],
    work: Path,
    cache: Cache,
    *,
    offline: bool,
    reporter: Reporter,
) -> tuple[Injected, Manifest]:
    """Fills the empty folder ``work`` with the finished dist; returns what was injected, and the manifest.

    Raises:
        OhifbuildError: as ``ready`` and ``inject``.
    """
    viewer = ready(base, cache, minify=recipe.minify, offline=offline, reporter=reporter)
    injected = inject(viewer, recipe, packages, work, cache, offline=offline, reporter=reporter)
    compress_all(work, [name for name in injected.written if compressible(name, (work / name).stat().st_size)])
    manifest = Manifest(hash_tree(work, known=viewer.files), inputs(base, recipe, injected))
    manifest.write(work)
    return injected, manifest


def prove(stage: StagedDist, cache: Cache, reporter: Reporter) -> Evidence:
    """Verifies a staged dist; its reports are named where they will be once it is in place.

    Raises:
        ClaimsFailed: at least one claim does not hold; the evidence is where rejected builds' is.
        OhifbuildError: as ``verify``.
    """
    from ohifbuild.verify.runner import verify  # its packages are an extra

    evidence = verify(stage.dist, report_dir=stage.evidence, cache=cache, reporter=reporter)
    if not evidence.ok:
        stage.reject()
    place = stage.final_evidence if evidence.ok else stage.rejected
    evidence = replace(evidence, reports=tuple(place / path.name for path in evidence.reports))
    require_claims(evidence)
    return evidence


def inputs(base: BaseViewer, recipe: Recipe, injected: Injected) -> dict[str, Any]:
    """What decided the dist's bytes, for its manifest."""
    return {
        "ohifbuild": __version__,
        "release": base.release.version,
        "origin": base.origin,
        "npm": base.release.npm_integrity if base.origin == "published" else None,
        "commit": base.release.commit,
        "extensions": {item.package.name: item.digest for item in injected.packages} | dict(base.compiled),
        "options": options_of(recipe),
    }


def require_claims(evidence: Evidence) -> None:
    """Stops a dist that does not keep its claims.

    Raises:
        ClaimsFailed: at least one does not hold.
    """
    if not evidence.ok:
        raise ClaimsFailed(
            f"{len(evidence.failures)} of {len(evidence.results)} checks fail; the viewer must not be used.",
            cause="The release changed in a way that ohifbuild does not know, or an added extension interferes.",
            fix=f"Open the report: {report_of(evidence)}",
            details="\n".join(
                f"  {result.scenario}: {result.title}. {result.detail}" for result in evidence.failures[:20]
            ),
        )


def report_of(evidence: Evidence) -> Path:
    """The page among the reports that a person opens."""
    return next(path for path in evidence.reports if path.suffix == ".html")


def move(dist: Path, output: Path, *, public_url: str | None = None, dicomweb_root: str | None = None) -> Manifest:
    """Writes ``dist`` for another place to ``output``, with its SBOM and provenance; see ``dist.move.move_dist``."""
    return move_dist(dist, output, public_url=public_url, dicomweb_root=dicomweb_root, move_documents=move_sbom_files)
