"""Bundles packages to ES modules, which OHIF loads at run time.

esbuild bundles each package, so that the browser loads few files. A package that imports only its own modules is
bundled here, before there is a viewer. All others need the viewer's modules: see ``run_time_packages.py``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of, digest_of_tree
from ohifbuild.core.errors import ExtensionInvalid, ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.packages.accepted_names import AcceptedName
from ohifbuild.packages.files import shipped
from ohifbuild.packages.package import Package
from ohifbuild.tools.esbuild import esbuild, esbuild_version

KIND = "extension"
FORMAT = 2
TARGET = "es2022"
DIGEST_LENGTH = 12
MEDIA_WORKER = "./src/media-worker.js"
NO_LOADER = "No loader is configured"


@dataclass(frozen=True)
class BundledPackage:
    """A bundled package: ``tree`` is a folder in the cache; ``extension`` and ``modes`` are names of files in it."""

    package: Package
    tree: Path
    digest: str
    extension: str | None
    modes: tuple[str, ...]


@dataclass(frozen=True)
class Bundles:
    """What is injected.

    Args:
        packages: the bundled packages, the token extension first.
        early: the text of the early script.
        media_worker: the text of the service worker that lets videos play while they arrive.
        waiting: packages that can be bundled only when the base viewer is there.
        accepted: missing exports that bundled packages import and the recipe accepts.
    """

    packages: tuple[BundledPackage, ...]
    early: str = field(repr=False)
    waiting: tuple[Package, ...] = ()
    accepted: tuple[AcceptedName, ...] = ()
    media_worker: str = field(default="", repr=False)


def bundle_all(packages: tuple[Package, ...], cache: Cache, *, offline: bool, reporter: Reporter) -> Bundles:
    """Everything that is injected.

    Args:
        packages: ohifbuild's own first.

    Raises:
        ExtensionInvalid: a package cannot be bundled.
        OhifbuildError: as ``esbuild`` and ``Cache.entry``.
    """
    early = bundle_early(packages[0], cache, offline=offline, reporter=reporter)
    worker = _script(packages[0], "media-worker", MEDIA_WORKER, cache, offline=offline, reporter=reporter)
    bundled: list[BundledPackage] = []
    waiting: list[Package] = []
    for package in packages:
        try:
            if not package.only_at_run_time:
                raise NeedsViewer
            bundled.append(bundle(package, cache, offline=offline, reporter=reporter))
        except NeedsViewer:
            waiting.append(package)
    return Bundles(tuple(bundled), early, tuple(waiting), media_worker=worker)


class NeedsViewer(Exception):
    """A package imports more than its own scripts."""


def bundle(package: Package, cache: Cache, *, offline: bool, reporter: Reporter) -> BundledPackage:
    """Bundles the package's extension and modes to minified ES modules without imports from outside.

    Raises:
        NeedsViewer: the code imports packages, style sheets or images.
        ExtensionInvalid: esbuild cannot read the code, or the code imports a module outside the package.
        OhifbuildError: the errors of ``esbuild`` and ``Cache.entry``.
    """
    entries = entries_of(package)
    options = ["--format=esm", "--splitting"]
    tree = _bundled(package, entries, options, cache, offline=offline, reporter=reporter)
    return BundledPackage(
        package=package,
        tree=tree,
        digest=digest_of_tree(tree)[:DIGEST_LENGTH],
        extension="extension.js" if package.extension else None,
        modes=tuple(f"{name}.js" for name in entries if name != "extension"),
    )


def entries_of(package: Package) -> dict[str, str]:
    """The package's entry modules by the name of the file that OHIF loads, without ``.js``."""
    entries = {"extension": package.extension} if package.extension else {}
    return entries | {f"mode-{number}" if number > 1 else "mode": path for number, path in enumerate(package.modes, 1)}


def bundle_early(package: Package, cache: Cache, *, offline: bool, reporter: Reporter) -> str:
    """The text of the package's early script: one classic script, which becomes an inline script of the page.

    Raises:
        ExtensionInvalid, OhifbuildError: the errors of ``bundle``.
    """
    assert package.early is not None
    return _script(package, "early", package.early, cache, offline=offline, reporter=reporter)


def _script(package: Package, name: str, entry: str, cache: Cache, *, offline: bool, reporter: Reporter) -> str:
    """The text of a module and what it imports as one classic script."""
    tree = _bundled(package, {name: entry}, ["--format=iife"], cache, offline=offline, reporter=reporter)
    return (tree / f"{name}.js").read_text(encoding="utf-8").strip()


def _bundled(
    package: Package,
    entries: dict[str, str],
    options: list[str],
    cache: Cache,
    *,
    offline: bool,
    reporter: Reporter,
) -> Path:
    key = digest_of(FORMAT, package.name, package.digest, sorted(entries.items()), options, TARGET, esbuild_version())

    def make(work: Path) -> None:
        command: list[str | Path] = [
            esbuild(cache, offline=offline, reporter=reporter),
            *(f"{name}={path}" for name, path in entries.items()),
            "--bundle",
            "--minify",
            "--packages=external",
            "--charset=utf8",
            f"--target={TARGET}",
            f"--outdir={work / 'tree'}",
            f"--metafile={work / 'meta.json'}",
            # Without it, esbuild reads a tsconfig.json in any parent folder of the package.
            "--tsconfig-raw={}",
            "--loader:.js=jsx",
            "--jsx=automatic",
            "--log-level=warning",
            "--color=false",
            *options,
        ]
        try:
            run(command, cwd=package.root)
        except ToolFailed as error:
            if NO_LOADER in error.details:
                raise NeedsViewer from error
            raise _invalid(
                package.root,
                "esbuild cannot bundle its modules",
                "The code of the package is not valid JavaScript or TypeScript.",
                "Correct the errors above.",
                error.details,
            ) from error
        _check_imports(package, json.loads((work / "meta.json").read_text(encoding="utf-8")))

    return cache.entry(KIND, key, make) / "tree"


def _check_imports(package: Package, meta: dict[str, Any]) -> None:
    covered = set(shipped(package.root, with_built=package.with_built))
    for name, module in meta["inputs"].items():
        if name.startswith("<"):  # esbuild's own
            continue
        if not (package.root / name).resolve().is_relative_to(package.root):
            raise _invalid(
                package.root,
                f"it imports {name}, which is outside its folder",
                "A package is only what is in its folder, so that its digest covers all of it.",
                "Move that module into the package.",
            )
        if name not in covered:
            raise _invalid(
                package.root,
                f"it imports {name}, which its digest leaves out",
                "Hidden files, tests, settings of tools, dist/ and node_modules/ do not get into a viewer.",
                "Move that module to the package's sources, or import the package that it belongs to by its name.",
            )
        if name.endswith(".css") or any(_is_package(imported) for imported in module["imports"]):
            raise NeedsViewer


def _is_package(imported: dict[str, Any]) -> bool:
    return bool(imported.get("external")) and not imported["path"].startswith("data:")


def _invalid(root: Path, why: str, cause: str, fix: str, details: str = "") -> ExtensionInvalid:
    return ExtensionInvalid(f"The extension {root} cannot be used: {why}.", cause=cause, fix=fix, details=details)
