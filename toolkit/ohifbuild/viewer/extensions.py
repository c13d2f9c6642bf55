"""Extension packages: read, checked, and bundled to the few ES modules that OHIF loads at run time.

A package is an npm package of ES modules whose ``package.json`` says which of them OHIF is to load::

    "ohifbuild": {"extension": "./src/extension.js", "modes": ["./src/mode.js"]}

(``early``, a script for the very start of the page, is our own package's alone.) esbuild bundles each package, so that
the browser asks for few files, and so that an import that only a source build can satisfy is found now and not by a
patient.
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
# As npm has it for new packages; the name also goes into the SBOM.
NAME = re.compile(r"(?=.{1,214}$)(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*")


@dataclass(frozen=True)
class ExtensionPackage:
    """A package as its ``package.json`` describes it; paths are relative to ``root``."""

    root: Path
    name: str
    version: str
    licence: str
    early: str | None
    extension: str | None
    modes: tuple[str, ...]


@dataclass(frozen=True)
class BundledPackage:
    """``tree`` is a folder in the cache with the bundled modules; ``extension`` and ``modes`` name files in it."""

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
    """What the package at ``root`` says of itself.

    Raises:
        ExtensionInvalid: it is no package, or names modules that are not there or not its own.
    """
    manifest = root / "package.json"
    try:
        document = json.loads(manifest.read_text(encoding="utf-8"))
        parts = document["ohifbuild"]
        name, version = document["name"], str(document.get("version", "0.0.0"))
        modules = {key: parts[key] for key in parts}
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _invalid(
            root, f"{manifest} is missing, no JSON, or has no 'name' or 'ohifbuild' key", "See the template's README."
        ) from error
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _invalid(root, f"its name {str(name)[:60]!r} is none that npm allows", "Use lower case, digits and -.")
    unknown = sorted(modules.keys() - (KEYS if ours else KEYS - {"early"}))
    if unknown:
        raise _invalid(root, f"its 'ohifbuild' has the unknown key '{unknown[0]}'", "Known are extension and modes.")
    modes = modules.get("modes", [])
    if not isinstance(modes, list) or len(modes) != len({str(mode) for mode in modes}):
        raise _invalid(
            root, "its 'modes' is no list of different modules", 'Write for example: "modes": ["./mode.js"].'
        )
    if not (modes or modules.get("extension")):
        raise _invalid(root, "it names neither an extension nor modes", "Name one of them in its 'ohifbuild' key.")
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
    """Whether every package has a name of its own: OHIF silently drops the second extension of a name.

    Raises:
        ExtensionInvalid: two share one.
    """
    seen: dict[str, Path] = {}
    for package in packages:
        if package.name in seen:
            raise _invalid(package.root, f"{seen[package.name]} has the name '{package.name}' too", "Rename one.")
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
    """The package's extension and modes as ES modules without outside imports, minified.

    Raises:
        ExtensionInvalid: its code cannot be read, imports what only a source build has, or leaves its folder.
        OhifbuildError: as ``esbuild`` and ``Cache.entry``.
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
    """The text of the package's early script: one classic script, to stand inline in the page.

    Raises:
        ExtensionInvalid, OhifbuildError: as ``bundle``.
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
            # Without it, esbuild would heed a tsconfig.json in any folder above the package.
            "--tsconfig-raw={}",
            "--log-level=warning",
            "--color=false",
            *options,
        ]
        try:
            run(command, cwd=package.root)
        except ToolFailed as error:
            raise _invalid(
                package.root, "its modules cannot be bundled", "Mend what is said above.", error.details
            ) from error
        _check_imports(package, json.loads((work / "meta.json").read_text(encoding="utf-8")))

    return cache.entry(KIND, key, make) / "tree"


def _sources(root: Path) -> list[tuple[str, str]]:
    """What decides the bundle: names and digests of everything in the package but its tests and dependencies."""
    found = []
    for folder, folders, names in os.walk(root):
        if Path(folder) == root:
            folders[:] = [name for name in folders if name not in IGNORED]
        for path in (Path(folder) / name for name in (*folders, *names)):
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                raise _invalid(root, f"{path.relative_to(root)} is a link that leads outside", "Put a copy there.")
            if path.is_file():
                found.append((path.relative_to(root).as_posix(), digest_of_tree(path)))
    return sorted(found)


def _check_imports(package: ExtensionPackage, meta: dict[str, Any]) -> None:
    styles = [name for name in meta["inputs"] if name.endswith(".css")]
    if styles:
        raise _invalid(
            package.root,
            f"it imports the style sheet {styles[0]}, which OHIF would not load",
            "Add the style as a <style> element at run time, or build from source: ohifbuild build --from git",
        )
    for name, module in meta["inputs"].items():
        if not (package.root / name).resolve().is_relative_to(package.root):
            raise _invalid(
                package.root, f"it reads {name}, outside its own folder", "Move that module into the package."
            )
        for imported in module["imports"]:
            if imported.get("external") and not imported["path"].startswith("data:"):
                raise _invalid(
                    package.root,
                    f"{name} imports '{imported['path']}', which is not there at run time",
                    "Build from source, where it is compiled in: ohifbuild build --from git",
                )


def _module(root: Path, path: object) -> str | None:
    if path is None:
        return None
    if not isinstance(path, str) or not (root / path).resolve().is_relative_to(root.resolve()):
        raise _invalid(root, f"it names {path!r}, which is no path inside it", "Name a module of the package.")
    if not (root / path).is_file():
        raise _invalid(root, f"it names {path}, which is not there", "Name a module of the package.")
    return "./" + (root / path).resolve().relative_to(root.resolve()).as_posix()


def _invalid(root: Path, why: str, fix: str, details: str = "") -> ExtensionInvalid:
    cause = "Run-time extensions can import only what is in their own package."
    return ExtensionInvalid(f"The extension {root} cannot be used: {why}.", cause=cause, fix=fix, details=details)
