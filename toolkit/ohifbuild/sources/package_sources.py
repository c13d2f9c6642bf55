"""Gets the packages of a recipe from where they come from, into folders that can be read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.cache.unpack import unpack
from ohifbuild.config.package_source import PackageSource, parse_source
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import (
    DownloadFailed,
    NotInCache,
    OriginUnavailable,
    PackageDamaged,
    PackageUnknown,
    ToolFailed,
    UnknownRelease,
)
from ohifbuild.packages.files import is_inside
from ohifbuild.packages.problems import PackageProblem
from ohifbuild.sources.checkout import checkout_package
from ohifbuild.tools import npm

KIND = "tarball"


@dataclass(frozen=True)
class Provided:
    """The packages' folders by what the user calls them; ``facts`` are integrities for the lock."""

    roots: Mapping[str, Path]
    facts: Mapping[str, str]
    problems: tuple[PackageProblem, ...]


def provide_packages(
    sources: Sequence[str], locked: Mapping[str, str], cache: Cache, *, offline: bool, reporter: Reporter
) -> Provided:
    """Gets all packages; what is not available is a problem, so that all are known together.

    Args:
        locked: the lock's integrities, by source. Without one, the registry's is used and frozen.

    Raises:
        NotInCache: ``offline`` is set, and a source is not in the cache.
        IntegrityMismatch: a package is not the one that the lock has.
        OhifbuildError: the cache or git or npm cannot be used.
    """
    roots: dict[str, Path] = {}
    facts: dict[str, str] = {}
    problems = []
    for text in sources:
        source = parse_source(text)
        try:
            if source.kind == "npm":
                facts[text] = locked.get(text) or _integrity(source, cache, offline=offline, reporter=reporter)
            roots[text] = _root(source, facts.get(text, ""), cache, offline=offline, reporter=reporter)
        except (OriginUnavailable, PackageDamaged, PackageUnknown, DownloadFailed, ToolFailed, UnknownRelease) as error:
            problems.append(PackageProblem(text, error.what.rstrip("."), _fix(source), error.details, error.cause))
        if text in roots and not roots[text].is_dir():
            problems.append(PackageProblem(text, f"the commit has no folder {source.folder}", "Correct the folder."))
            del roots[text]
    return Provided(roots, facts, tuple(problems))


def _root(source: PackageSource, integrity: str, cache: Cache, *, offline: bool, reporter: Reporter) -> Path:
    if source.kind == "npm":
        package = npm.Package(source.place, source.version, integrity)
        return npm.npm_package(package, cache, offline=offline, reporter=reporter)
    if source.kind == "git":
        tree = checkout_package(source.place, source.version, cache, offline=offline, reporter=reporter)
        if not is_inside(tree, source.folder or "."):
            raise PackageDamaged(
                f"{source.folder} of the repository cannot be used: it is a link to a place outside.",
                cause="Somebody prepared the repository to read files of this machine.",
            )
        return tree / source.folder
    return _unpacked(Path(source.place), cache) if source.kind == "tarball" else Path(source.place)


def _integrity(source: PackageSource, cache: Cache, *, offline: bool, reporter: Reporter) -> str:
    if offline:
        raise NotInCache(
            f"The integrity of {source.text} is not in ohifbuild.lock.",
            cause="It was never locked, and --offline forbids asking the registry.",
            fix="Run once without --offline: ohifbuild lock",
        )
    return npm.published_integrity(source.place, source.version, cache, reporter)


def _unpacked(tarball: Path, cache: Cache) -> Path:
    """The folder of the package in a tarball: ``package``, or the only one that it has."""
    with tarball.open("rb") as file:
        key = hashlib.file_digest(file, "sha256").hexdigest()
    tree = cache.entry(KIND, key, lambda work: unpack(tarball, work))
    folders = [path for path in sorted(tree.iterdir()) if path.is_dir()]
    return tree / "package" if (tree / "package").is_dir() or len(folders) != 1 else folders[0]


def _fix(source: PackageSource) -> str:
    if source.kind == "git":
        return f"Check the address and the commit: git ls-remote {source.place}"
    if source.kind == "npm":
        return f"Check the name and the version: npm view {source.place} versions"
    return "Make the tarball again: npm pack"
