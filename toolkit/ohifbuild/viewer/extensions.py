"""Reads, checks and bundles extension packages, which OHIF loads as ES modules at run time.

An extension package is an npm package of ES modules. Its ``package.json`` names the modules that OHIF loads::

    "ohifbuild": {"extension": "./src/extension.js", "modes": ["./src/mode.js"]}

(Only ohifbuild's own package may have ``early``, a script for the start of the page.) esbuild bundles each package, so
that the browser loads few files. It also finds imports that work only in a build from source before the viewer runs.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of, digest_of_tree
from ohifbuild.core.errors import ExtensionInvalid, ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.core.resources import extension_template
from ohifbuild.sources.workspace import is_source_package
from ohifbuild.tools.esbuild import esbuild, esbuild_version

KIND = "extension"
TARGET = "es2022"
KEYS = frozenset({"early", "extension", "modes"})
IGNORED = frozenset({"node_modules", "test", "tests", ".git"})
DIGEST_LENGTH = 12
# npm's rule for new packages; the name is also written to the SBOM.
NAME = re.compile(r"(?=.{1,214}$)(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*")


@dataclass(frozen=True)
class ExtensionPackage:
    """An extension package, as its ``package.json`` describes it; the paths are relative to ``root``."""

    root: Path
    name: str
    version: str
    licence: str
    early: str | None
    extension: str | None
    modes: tuple[str, ...]


@dataclass(frozen=True)
class BundledPackage:
    """A bundled package: ``tree`` is a folder in the cache; ``extension`` and ``modes`` are names of files in it."""

    package: ExtensionPackage
    tree: Path
    digest: str
    extension: str | None
    modes: tuple[str, ...]


@dataclass(frozen=True)
class Bundles:
    """What is injected: the bundled packages, the token extension first, and the text of the early script."""

    packages: tuple[BundledPackage, ...]
    early: str = field(repr=False)


def read_package(root: Path, *, ours: bool = False) -> ExtensionPackage:
    """Reads the ``package.json`` of the package at ``root``.

    Args:
        root: the package's folder.
        ours: whether it is ohifbuild's own package, which may have ``early``.

    Raises:
        ExtensionInvalid: it is not a package, or it names modules that do not exist or are outside the package.
    """
    manifest = root / "package.json"
    try:
        document = json.loads(manifest.read_text(encoding="utf-8"))
        parts = document["ohifbuild"]
        name, version = document["name"], str(document.get("version", "0.0.0"))
        modules = {key: parts[key] for key in parts}
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _invalid(
            root,
            f"{manifest} is missing or not JSON, or it has no 'name' or 'ohifbuild' key",
            "Read the README of the extension template.",
        ) from error
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _invalid(root, f"npm does not allow its name {str(name)[:60]!r}", "Use lower-case letters, digits and -.")
    unknown = sorted(modules.keys() - (KEYS if ours else KEYS - {"early"}))
    if unknown:
        raise _invalid(
            root, f"its 'ohifbuild' has the unknown key '{unknown[0]}'", "The known keys are extension and modes."
        )
    modes = modules.get("modes", [])
    if not isinstance(modes, list) or len(modes) != len({str(mode) for mode in modes}):
        raise _invalid(
            root, "its 'modes' is not a list of different modules", 'Write for example: "modes": ["./mode.js"].'
        )
    if not (modes or modules.get("extension")):
        raise _invalid(root, "it has neither an extension nor modes", "Add one of them to its 'ohifbuild' key.")
    return ExtensionPackage(
        root=root.resolve(),
        name=name,
        version=version,
        licence=str(document.get("license", "")),
        early=_module(root, modules.get("early")),
        extension=_module(root, modules.get("extension")),
        modes=tuple(str(_module(root, mode)) for mode in modes),
    )


def check_distinct(packages: tuple[ExtensionPackage, ...]) -> None:
    """Checks that each package has a different name: OHIF ignores a second extension with the same name.

    Raises:
        ExtensionInvalid: two packages have the same name.
    """
    seen: dict[str, Path] = {}
    for package in packages:
        if package.name in seen:
            raise _invalid(package.root, f"{seen[package.name]} also has the name '{package.name}'", "Rename one.")
        seen[package.name] = package.root


def read_packages(recipe: Recipe) -> tuple[ExtensionPackage, ...]:
    """The token extension and the recipe's packages for run time, checked. (The origin reads those it compiles in.)

    Raises:
        ExtensionInvalid: one of them cannot be used.
    """
    at_run_time = [path for path in recipe.extensions if not is_source_package(path)]
    packages = (read_package(extension_template(), ours=True), *(read_package(path) for path in at_run_time))
    check_distinct(packages)
    return packages


def bundle_all(packages: tuple[ExtensionPackage, ...], cache: Cache, *, offline: bool, reporter: Reporter) -> Bundles:
    """Everything that is injected.

    Args:
        packages: as ``read_packages`` gives them, the token extension first.

    Raises:
        ExtensionInvalid: a package cannot be bundled.
        OhifbuildError: as ``esbuild`` and ``Cache.entry``.
    """
    early = bundle_early(packages[0], cache, offline=offline, reporter=reporter)
    return Bundles(tuple(bundle(item, cache, offline=offline, reporter=reporter) for item in packages), early)


def bundle(package: ExtensionPackage, cache: Cache, *, offline: bool, reporter: Reporter) -> BundledPackage:
    """Bundles the package's extension and modes to minified ES modules without imports from outside.

    Raises:
        ExtensionInvalid: esbuild cannot read the code, or the code imports a module that only a build from source has
            or that is outside the package.
        OhifbuildError: the errors of ``esbuild`` and ``Cache.entry``.
    """
    entries = {"extension": package.extension} if package.extension else {}
    entries |= {f"mode-{number}" if number > 1 else "mode": path for number, path in enumerate(package.modes, 1)}
    options = ["--format=esm", "--splitting"]
    tree = _bundled(package, entries, options, cache, offline=offline, reporter=reporter)
    return BundledPackage(
        package=package,
        tree=tree,
        digest=digest_of_tree(tree)[:DIGEST_LENGTH],
        extension="extension.js" if package.extension else None,
        modes=tuple(f"{name}.js" for name in entries if name != "extension"),
    )


def bundle_early(package: ExtensionPackage, cache: Cache, *, offline: bool, reporter: Reporter) -> str:
    """The text of the package's early script: one classic script, which becomes an inline script of the page.

    Raises:
        ExtensionInvalid, OhifbuildError: the errors of ``bundle``.
    """
    assert package.early is not None
    entries = {"early": package.early}
    tree = _bundled(package, entries, ["--format=iife"], cache, offline=offline, reporter=reporter)
    return (tree / "early.js").read_text(encoding="utf-8").strip()


def _bundled(
    package: ExtensionPackage,
    entries: dict[str, str],
    options: list[str],
    cache: Cache,
    *,
    offline: bool,
    reporter: Reporter,
) -> Path:
    key = digest_of(package.name, _sources(package.root), sorted(entries.items()), options, TARGET, esbuild_version())

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
            "--log-level=warning",
            "--color=false",
            *options,
        ]
        try:
            run(command, cwd=package.root)
        except ToolFailed as error:
            raise _invalid(
                package.root, "esbuild cannot bundle its modules", "Correct the errors above.", error.details
            ) from error
        _check_imports(package, json.loads((work / "meta.json").read_text(encoding="utf-8")))

    return cache.entry(KIND, key, make) / "tree"


def _sources(root: Path) -> list[tuple[str, str]]:
    """The inputs of the bundle: names and digests of all files in the package except its tests and dependencies."""
    found = []
    for folder, folders, names in os.walk(root):
        if Path(folder) == root:
            folders[:] = [name for name in folders if name not in IGNORED]
        for path in (Path(folder) / name for name in (*folders, *names)):
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                raise _invalid(
                    root,
                    f"{path.relative_to(root)} is a link to a file outside the package",
                    "Replace the link with a copy.",
                )
            if path.is_file():
                found.append((path.relative_to(root).as_posix(), digest_of_tree(path)))
    return sorted(found)


def _check_imports(package: ExtensionPackage, meta: dict[str, Any]) -> None:
    styles = [name for name in meta["inputs"] if name.endswith(".css")]
    if styles:
        raise _invalid(
            package.root,
            f"it imports the style sheet {styles[0]}, which OHIF does not load at run time",
            "Add the style as a <style> element at run time, or build from source: ohifbuild build --from git",
        )
    for name, module in meta["inputs"].items():
        if not (package.root / name).resolve().is_relative_to(package.root):
            raise _invalid(
                package.root, f"it imports {name}, which is outside its folder", "Move that module into the package."
            )
        for imported in module["imports"]:
            if imported.get("external") and not imported["path"].startswith("data:"):
                raise _invalid(
                    package.root,
                    f"{name} imports '{imported['path']}', which does not exist at run time",
                    "Build from source, which compiles the module in: ohifbuild build --from git",
                )


def _module(root: Path, path: object) -> str | None:
    if path is None:
        return None
    if not isinstance(path, str) or not (root / path).resolve().is_relative_to(root.resolve()):
        raise _invalid(root, f"it names {path!r}, which is not a path in the package", "Name a module of the package.")
    if not (root / path).is_file():
        raise _invalid(root, f"it names {path}, which does not exist", "Name a module of the package.")
    return "./" + (root / path).resolve().relative_to(root.resolve()).as_posix()


def _invalid(root: Path, why: str, fix: str, details: str = "") -> ExtensionInvalid:
    cause = "An extension that is loaded at run time can import only modules of its own package."
    return ExtensionInvalid(f"The extension {root} cannot be used: {why}.", cause=cause, fix=fix, details=details)
