"""Tries a new release: pins it, fits the patches, builds it from each origin that it has, and verifies the results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import (
    BundleFailed,
    ClaimsFailed,
    OhifbuildError,
    PackageUnavailable,
    PatchConflict,
    PatchDrift,
    ReleaseUnsupported,
    ToolFailed,
    ToolMissing,
)
from ohifbuild.core.resources import extension_template, patches
from ohifbuild.lock.resolve import Resolution
from ohifbuild.packages.package import read_own_package
from ohifbuild.patches.series import DriftRow, FolderTree, check, load
from ohifbuild.patches.upstream import notes
from ohifbuild.releases.catalogue import Catalogue, ReleasePin, find_release
from ohifbuild.sources.base_viewer import BaseSource
from ohifbuild.sources.build_system import described
from ohifbuild.sources.checkout import checkout
from ohifbuild.sources.git import source_build
from ohifbuild.sources.history import date_of_tag
from ohifbuild.sources.published import PublishedViewer
from ohifbuild.tools.npm import published_dates, published_package
from ohifbuild.updates.candidates import Candidate
from ohifbuild.viewer.extensions import bundle_all
from ohifbuild.workflow import build

# What a release itself may be the reason for. Other errors (no space, no browser, no network) say nothing about it, and
# end the update.
OF_THE_RELEASE = (
    BundleFailed,
    ClaimsFailed,
    PackageUnavailable,
    PatchConflict,
    PatchDrift,
    ReleaseUnsupported,
    ToolFailed,
    ToolMissing,
)


LONGEST = 600


@dataclass(frozen=True)
class Trial:
    """What came of a candidate.

    Args:
        pin: its entry for the catalogue; ``verified`` are the origins that hold.
        failures: by origin, why it does not hold.
        patches: how each patch fits its source; none without a source.
        upstream: what OHIF does itself, by the patch that is not for this release.
    """

    pin: ReleasePin
    failures: Mapping[str, str] = field(default_factory=dict)
    patches: tuple[DriftRow, ...] = ()
    upstream: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def tried(
    candidate: Candidate, known: Catalogue, source: str, work: Path, cache: Cache, reporter: Reporter, *, verify: bool
) -> Trial:
    """Pins a candidate, and with ``verify`` builds and proves it.

    Args:
        source: URL or path of OHIF's git repository.
        work: an existing folder for the dists.

    Raises:
        OhifbuildError: something failed that is not the release's fault.
    """
    pin = _pinned(candidate, known, source, cache, reporter)
    rows: tuple[DriftRow, ...] = ()
    if pin.commit:
        tree = checkout(source, pin.tag, pin.commit, cache, offline=False, reporter=reporter).path
        found = described(tree, pin)
        pin = replace(pin, node=found.node, package_manager=found.package_manager, bundler=found.bundler)
        rows = check(FolderTree(tree), pin.version, load(patches()))
    said = {patch.name: notes(patch, pin.version, _of(rows, patch.name)) for patch in load(patches())}
    failures: dict[str, str] = {}
    verified: list[str] = []
    for origin in ("git", "published") if verify else ():
        if (origin == "git" and not pin.commit) or (origin == "published" and not pin.npm_integrity):
            continue
        failure = _failure(origin, pin, source, work / origin, cache, reporter)
        if failure:
            failures[origin] = failure
            reporter.warn(f"OHIF {pin.version} from {origin} does not hold: {failure}")
        else:
            verified.append(origin)
    if not verify:
        verified = list(pin.verified)
    upstream = {name: lines for name, lines in said.items() if lines}
    return Trial(replace(pin, verified=tuple(sorted(verified))), failures, rows, upstream)


def _pinned(candidate: Candidate, known: Catalogue, source: str, cache: Cache, reporter: Reporter) -> ReleasePin:
    """The release with commit, integrity, size and date; its tools are those of the release before it.

    What is pinned already stays; a tag or a package that differs from it is refused later, when it is fetched.
    """
    pin = find_release(candidate.version, known)
    pin = replace(pin, commit=pin.commit or candidate.commit, pinned=True)
    released = pin.released
    if candidate.commit and not released:
        released = date_of_tag(source, pin.tag)
    if candidate.published and not pin.npm_integrity:
        package = published_package(known.package, candidate.version, cache, reporter)
        pin = replace(pin, npm_integrity=package.integrity, npm_size=package.size)
    if candidate.published and not released:
        released = published_dates(known.package, cache, reporter).get(candidate.version)
    return replace(pin, released=released)


def _failure(origin: str, pin: ReleasePin, source: str, output: Path, cache: Cache, reporter: Reporter) -> str:
    """Why a dist of this origin does not hold; "" if every claim does."""
    reporter.say(f"Building OHIF {pin.version} from {origin}.")
    try:
        recipe = Recipe.of({"version": pin.version, "from": origin, "output": str(output), "verify": True})
        own = read_own_package(extension_template())
        base = _base(origin, pin, source, cache, reporter)
        bundles = bundle_all((own,), cache, offline=False, reporter=reporter)
        build(Resolution(recipe, base, bundles), cache=cache, reporter=reporter)
    except OF_THE_RELEASE as error:
        return _line(error)
    return ""


def _base(origin: str, pin: ReleasePin, source: str, cache: Cache, reporter: Reporter) -> BaseSource:
    if origin == "git":
        return source_build(pin, source, load(patches()), cache, offline=False, reporter=reporter)
    return PublishedViewer(pin)


def _line(error: OhifbuildError) -> str:
    """What failed and where, in one line: the first three details name claims, files or lines."""
    details = "; ".join(line.strip() for line in error.details.splitlines()[:3])
    return " ".join(f"{type(error).__name__}: {error.what} {details}".split())[:LONGEST]


def _of(rows: tuple[DriftRow, ...], name: str) -> list[DriftRow]:
    return [row for row in rows if row.patch == name]
