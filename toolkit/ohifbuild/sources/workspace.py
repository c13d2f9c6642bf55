"""Compiles extensions and modes into OHIF: packages become workspaces of its source.

A package may use TypeScript and React, and import ``react``, ``@ohif/*``, the other packages of the recipe and every
package that the release has installed. ``package_dependencies.py`` installs what else it needs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ohifbuild.core.console import Reporter
from ohifbuild.packages.files import KEYS, copy_files
from ohifbuild.packages.fit import REACT, release_note, release_problems
from ohifbuild.packages.manifest import NAME, read_manifest
from ohifbuild.packages.package import Package
from ohifbuild.packages.problems import PackageProblem, refuse
from ohifbuild.sources.build_hooks import plugin_config

APP = "platform/app/package.json"
LINKS = "platform/app/node_modules"
# A folder of links to the packages: each can import the others, with every package manager.
TOGETHER = "ohifbuild-packages"


def check_packages(tree: Path, packages: Sequence[Package], reporter: Reporter) -> None:
    """Checks the packages against a release's source, before anything is installed.

    Raises:
        ExtensionInvalid: a package has the name of an OHIF package, or requires another version of OHIF or a newer
            React; ``details`` lists all problems.
    """
    versions = source_versions(tree)
    refuse(release_problems(packages, versions))
    note = release_note(packages, versions)
    if note:
        reporter.warn(note)


def add_packages(tree: Path, packages: Sequence[Package], *, by_directory: bool) -> tuple[Path, ...]:
    """Makes the packages part of an installed source tree.

    Args:
        by_directory: write the packages' folders to the list of plugins, as from OHIF 3.13 on, instead of linking the
            packages into ``node_modules``, as yarn does with a workspace. (If they were real workspaces, yarn would
            call the lockfile outdated.)

    Returns:
        The folder of each package in the tree, and at the end the one in which the bundler finds them all.

    Raises:
        ExtensionInvalid: a package has the name of an installed package.
    """
    _remove_dead_links(tree / LINKS)
    plugins = plugin_config(tree)
    if not packages:
        return ()
    folders = []
    for package in packages:
        if (tree / LINKS / package.name).exists() or (tree / "node_modules" / package.name).exists():
            what = f"OHIF already has a package '{package.name}'"
            refuse([PackageProblem(package.source, what, "Choose another name.")])
        target = place_of(package, tree)
        copy_files(package.root, target, with_built=package.with_built)
        _write_manifest(package, target)
        folders.append(target)
        if not package.library:
            _register(plugins, package, str(target) if by_directory else None)
        _link(tree / TOGETHER / package.name, target)
        if not by_directory:
            _link(tree / LINKS / package.name, target)
    return (*folders, tree / TOGETHER)


def place_of(package: Package, tree: Path) -> Path:
    """The package's folder in a source tree."""
    return tree / package.kind / ("ohifbuild-" + package.name.lstrip("@").replace("/", "--"))


def source_versions(tree: Path) -> dict[str, str]:
    """The versions of OHIF's packages in the source and of its React, by name."""
    manifests = [_manifest(path) for path in sorted(tree.glob("*/*/package.json"))]
    versions = {manifest["name"]: str(manifest.get("version", "")) for manifest in manifests if "name" in manifest}
    app = _manifest(tree / APP) if (tree / APP).is_file() else {}
    for name in REACT:
        wanted = str({**app.get("devDependencies", {}), **app.get("dependencies", {})}.get(name, ""))
        versions[name] = wanted.lstrip("^~>=v ")
    return versions


def _write_manifest(package: Package, target: Path) -> None:
    """The copy's ``package.json``: with the entry that was found, and without settings for tools of the build."""
    manifest = read_manifest(package.root)
    exports = manifest.pop("exports", None)
    if isinstance(exports, dict) and "." in exports:
        manifest["exports"] = {**exports, ".": package.entry, "./package.json": "./package.json"}
    if isinstance(manifest.get("browser"), str):
        del manifest["browser"]
    kept = {key: value for key, value in manifest.items() if key not in (*KEYS, "scripts")}
    text = json.dumps({**kept, "module": package.entry, "main": package.entry}, indent=2)
    (target / NAME).write_text(text + "\n", encoding="utf-8")


def _register(path: Path, package: Package, directory: str | None) -> None:
    plugins = json.loads(path.read_text(encoding="utf-8"))
    # 3.14 refuses an entry with a version.
    place = {"directory": directory} if directory else {"version": package.version}
    plugins[package.kind].append({"packageName": package.name, **place})
    path.write_text(json.dumps(plugins, indent=2) + "\n", encoding="utf-8")


def _link(link: Path, target: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)


def _remove_dead_links(folder: Path) -> None:
    """Removes the links to packages of an earlier build, which do not exist any more."""
    for path in (*folder.glob("*"), *folder.glob("@*/*")):
        if path.is_symlink() and not path.exists():
            path.unlink()


def _manifest(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))
