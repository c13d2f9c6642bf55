"""The build, from a resolution to a finished dist with its evidence. ``lock/resolve.py`` has decided everything."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ohifbuild import __version__
from ohifbuild.cache.default import default_cache
from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import Reporter, SilentReporter
from ohifbuild.core.errors import ClaimsFailed, RecipeError
from ohifbuild.lock.resolve import Resolution
from ohifbuild.packages import accepted_names
from ohifbuild.packages.dependencies import NOTHING
from ohifbuild.releases.catalogue import ReleasePin
from ohifbuild.releases.startup_profile import StartupProfile, startup_profile
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.supply.sbom_files import move_sbom_files, write_sbom_files
from ohifbuild.verification.evidence import Evidence
from ohifbuild.verification.packages import require_packages
from ohifbuild.viewer.compress import compress_all, compressible
from ohifbuild.viewer.inject import inject
from ohifbuild.viewer.manifest import Manifest, hash_tree
from ohifbuild.viewer.move import move_dist
from ohifbuild.viewer.output import StagedDist, check_dist_output, evidence_folder, staged_dist
from ohifbuild.viewer.prepare import prepare
from ohifbuild.viewer.run_time_packages import complete


@dataclass(frozen=True)
class Dist:
    """A finished viewer in its place.

    Args:
        path: its folder.
        manifest: its files and what decided them.
        release: the OHIF release that is in it.
        origin: ``published`` or ``git``.
        evidence: what verify found; None if the recipe does without.
        seconds: wall time of the build, verify included.
    """

    path: Path
    manifest: Manifest
    release: ReleasePin
    origin: str
    evidence: Evidence | None
    seconds: float


def build(
    resolution: Resolution,
    *,
    cache: Cache | None = None,
    offline: bool = False,
    reporter: Reporter | None = None,
) -> Dist:
    """Builds what was resolved; the dist and its evidence appear at the recipe's ``output``, or nothing changes there.

    A dist that fails a claim is not put there: only its evidence is kept, in ``rejected_folder``.

    Args:
        cache: default: the user's.
        offline: use what the cache holds; fetch nothing.
        reporter: is given the steps and warnings; default: nobody.

    Raises:
        ClaimsFailed: the viewer was built, and fails a claim.
        OhifbuildError: as ``check_ready``, and whatever the parts raise; see ``core/errors.py``.
    """
    started = time.monotonic()
    cache, reporter = cache or default_cache(), reporter or SilentReporter()
    recipe = resolution.recipe
    check_ready(recipe)
    base = resolution.base.provide(cache, offline=offline, reporter=reporter)
    evidence = None
    with staged_dist(recipe.output) as stage:
        resolution = completed(resolution, base, cache, offline=offline, reporter=reporter)
        manifest = finish(base, resolution, stage.dist, cache, offline=offline, reporter=reporter)
        write_sbom_files(stage.dist, stage.evidence, manifest, base, resolution.bundles, cache)
        if recipe.verify:
            evidence = prove(stage, cache, reporter, recipe.claims)
    return Dist(recipe.output, manifest, base.release, base.origin, evidence, time.monotonic() - started)


def completed(
    resolution: Resolution, base: BaseViewer, cache: Cache, *, offline: bool, reporter: Reporter
) -> Resolution:
    """The resolution with the packages bundled that import modules of the base viewer.

    Raises:
        ExtensionInvalid, OhifbuildError: as ``complete``.
    """
    brought = resolution.base.dependencies if base.origin == "published" else NOTHING  # git compiles its own in
    allowed = resolution.recipe.allow_missing
    bundles = complete(resolution.bundles, base, brought, cache, allowed=allowed, offline=offline, reporter=reporter)
    accepted_names.warn((*base.accepted, *bundles.accepted), allowed, reporter)
    return replace(resolution, bundles=bundles)


def check_ready(recipe: Recipe) -> None:
    """Refuses a build that could not end well, before any work.

    Raises:
        OutputNotOurs: the output folder holds files that ohifbuild did not write.
        VerifyNotInstalled: the recipe asks for a proof, and the packages for it are not installed.
        RecipeError: the recipe asks for a proof that is impossible: its first archive is at another origin, or takes no
            token.
    """
    if recipe.verify:
        require_packages()
        _require_provable(recipe)
    check_dist_output(recipe.output)


def _require_provable(recipe: Recipe) -> None:
    first = recipe.sources[0]
    reasons = [
        f"Its root {first.qido} is at another origin, where verify has no archive." if "://" in first.qido else "",
        "It has access = session, and verify proves what happens with a token." if first.access == "session" else "",
    ]
    if any(reasons):
        raise RecipeError(
            f"The first archive of the recipe, {first.name}, cannot be verified.",
            cause=" ".join(filter(None, reasons)),
            fix="Put another archive first, or build without the proof: ohifbuild build --no-verify",
        )


def finish(
    base: BaseViewer, resolution: Resolution, work: Path, cache: Cache, *, offline: bool, reporter: Reporter
) -> Manifest:
    """Fills the empty folder ``work`` with the finished dist.

    Raises:
        OhifbuildError: as ``prepare`` and ``inject``.
    """
    profile = startup_profile(resolution.release.version)
    return finish_by(profile, base, resolution, work, cache, offline=offline, reporter=reporter)


def finish_by(
    profile: StartupProfile | None,
    base: BaseViewer,
    resolution: Resolution,
    work: Path,
    cache: Cache,
    *,
    offline: bool,
    reporter: Reporter,
) -> Manifest:
    """The same with another recording of what the release does first, or without one."""
    recipe = resolution.recipe
    viewer = prepare(base, cache, minify=recipe.minify, offline=offline, reporter=reporter, profile=profile)
    written = inject(viewer, recipe, resolution.bundles, work, resolution.config_module)
    compress_all(work, [name for name in written if compressible(name, (work / name).stat().st_size)])
    manifest = Manifest(hash_tree(work, known=viewer.files), _inputs(base, resolution))
    manifest.write(work)
    return manifest


def report_folder(dist: Path, browser: str) -> Path:
    """Where verify writes: ``DIST.evidence``, or for another browser than Chromium a folder of its name in it."""
    folder = evidence_folder(dist)
    return folder if browser == "chromium" else folder / browser


def verify(
    dist: Path,
    *,
    report_dir: Path | None = None,
    cache: Cache | None = None,
    reporter: Reporter | None = None,
    browser: str = "chromium",
    claims: Sequence[Path] = (),
) -> Evidence:
    """Proves a finished dist in a real browser against the embedded archive, and writes the reports.

    A claim that does not hold is a result, not an error: see ``Evidence.ok``.

    Args:
        dist: the folder of the dist.
        report_dir: the folder of the reports; default: that of ``report_folder``.
        cache: default: the user's.
        reporter: is given the steps and warnings; default: nobody.
        browser: ``chromium``, ``firefox`` or ``webkit``.
        claims: tests of packages that are run too, in Chromium; they are programs of the packages.

    Raises:
        VerifyNotInstalled: the packages of the extra ``verify`` are not installed.
        OhifbuildError: as ``verification.runner.verify``.
    """
    require_packages()
    from ohifbuild.verification import runner  # its packages are an extra

    return runner.verify(
        dist,
        report_dir=report_dir or report_folder(dist, browser),
        cache=cache or default_cache(),
        reporter=reporter or SilentReporter(),
        browser=browser,
        claims=claims,
    )


def prove(stage: StagedDist, cache: Cache, reporter: Reporter, claims: Sequence[Path] = ()) -> Evidence:
    """Verifies a staged dist; its reports are named where they will be once it is in place.

    Args:
        claims: as for ``verify``.

    Raises:
        ClaimsFailed: at least one claim does not hold; the evidence is in the folder of rejected builds.
        OhifbuildError: as ``verify``.
    """
    evidence = verify(stage.dist, report_dir=stage.evidence, cache=cache, reporter=reporter, claims=claims)
    if not evidence.ok:
        stage.reject()
    place = stage.final_evidence if evidence.ok else stage.rejected
    evidence = replace(evidence, reports=tuple(place / path.name for path in evidence.reports))
    require_claims(evidence)
    return evidence


def require_claims(evidence: Evidence) -> None:
    """Stops a dist that fails a claim.

    Raises:
        ClaimsFailed: at least one claim does not hold.
    """
    if not evidence.ok:
        raise ClaimsFailed(
            f"{len(evidence.failures)} of {len(evidence.results)} checks fail; the viewer must not be used.",
            cause="The release changed in a way that ohifbuild does not know, an added extension interferes, or a "
            "package's own claim does not hold.",
            fix=f"Open the report: {report_of(evidence)}",
            details="\n".join(
                f"  {result.scenario}: {result.title}. {result.detail}" for result in evidence.failures[:20]
            ),
        )


def report_of(evidence: Evidence) -> Path:
    """The page among the reports that a person opens."""
    return next(path for path in evidence.reports if path.suffix == ".html")


def move(dist: Path, output: Path, *, public_url: str | None = None, dicomweb_root: str | None = None) -> Manifest:
    """Writes ``dist`` for another place to ``output``, with its SBOM and provenance; see ``viewer.move.move_dist``."""
    return move_dist(dist, output, public_url=public_url, dicomweb_root=dicomweb_root, move_documents=move_sbom_files)


def _inputs(base: BaseViewer, resolution: Resolution) -> dict[str, Any]:
    """What decided the dist's bytes, for its manifest."""
    missing = sorted({(each.package, each.name) for each in (*base.accepted, *resolution.bundles.accepted)})
    return {
        "ohifbuild": __version__,
        "release": base.release.version,
        "origin": base.origin,
        "npm": base.release.npm_integrity if base.origin == "published" else None,
        "commit": base.release.commit,
        "extensions": {item.package.name: item.digest for item in resolution.bundles.packages} | dict(base.compiled),
        "options": resolution.options,
        **({"missing": [list(each) for each in missing]} if missing else {}),
        **({"app_config_module": resolution.config_module.name} if resolution.config_module else {}),
    }
