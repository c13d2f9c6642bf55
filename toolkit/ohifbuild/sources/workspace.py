"""Compiles extensions and modes into OHIF: packages become workspaces of its source.

A package may use TypeScript and React, and import ``react``, ``@ohif/*`` and every package that the release has
installed. Its own ``package-lock.json`` must list all other dependencies.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nodesemver import make_range

from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import ExtensionInvalid, ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.packages.package import IGNORED, Package
from ohifbuild.sources.build_hooks import plugin_config
from ohifbuild.tools.toolchain import NodeTools

LINKS = "platform/app/node_modules"
LOCKED = (
    "ci",
    "--prefix=.",  # not OHIF's root, which npm detects as a root of workspaces
    "--no-workspaces",
    "--ignore-scripts",
    "--omit=dev",
    "--legacy-peer-deps",  # OHIF provides the peers; without this, npm requires them in the lockfile
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
)


def add_packages(
    tree: Path, packages: Sequence[Package], tools: NodeTools, *, by_directory: bool, reporter: Reporter
) -> tuple[Path, ...]:
    """Makes the packages part of an installed source tree.

    Args:
        by_directory: write the packages' folders to the list of plugins, as from OHIF 3.13 on, instead of linking the
            packages into ``node_modules``, as yarn does with a workspace. (If they were real workspaces, yarn would
            call the lockfile outdated.)

    Returns:
        The ``node_modules`` folders with the packages' own dependencies.

    Raises:
        ExtensionInvalid: a package has the name of an OHIF package, requires another version of OHIF, lacks a
            dependency, or has a dependency that cannot be installed.
    """
    _remove_dead_links(tree / LINKS)
    own = _own_packages(tree)
    plugins = plugin_config(tree)
    folders = []
    for package in packages:
        _check_fits(package, tree, own)
        target = place_of(package, tree)
        shutil.copytree(package.root, target, ignore=shutil.ignore_patterns(*IGNORED))
        folders += _own_dependencies(package, target, tree, tools, reporter)
        _register(plugins, package, str(target) if by_directory else None)
        if not by_directory:
            link = tree / LINKS / package.name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target)
    return tuple(folders)


def place_of(package: Package, tree: Path) -> Path:
    """The package's folder in a source tree."""
    return tree / package.kind / ("ohifbuild-" + package.name.lstrip("@").replace("/", "--"))


def _check_fits(package: Package, tree: Path, own: dict[str, str]) -> None:
    if package.name in own or (tree / LINKS / package.name).exists() or (tree / "node_modules" / package.name).exists():
        raise _invalid(package.root, f"OHIF already has a package '{package.name}'", "Choose another name.")
    for peer, required in package.peers:
        version = own.get(peer) if peer.startswith("@ohif/") else None
        if version and not _satisfies(version, required):
            raise _invalid(
                package.root, f"it requires {peer} {required}, but this OHIF has {version}", "Build a matching release."
            )


def _satisfies(version: str, required: object) -> bool:
    """Whether npm accepts a version, or the release of a prerelease. True if ``required`` is not an npm range."""
    try:
        spec = make_range(str(required), loose=False)
        return bool(spec.test(version) or spec.test(version.partition("-")[0]))
    except ValueError:
        return True


def _own_packages(tree: Path) -> dict[str, str]:
    """The names and versions of OHIF's packages in the source."""
    manifests = [_manifest(path.parent) for path in sorted(tree.glob("*/*/package.json"))]
    return {manifest["name"]: str(manifest.get("version", "")) for manifest in manifests if "name" in manifest}


def _own_dependencies(package: Package, target: Path, tree: Path, tools: NodeTools, reporter: Reporter) -> list[Path]:
    missing = [name for name, _ in package.dependencies if not (tree / "node_modules" / name).is_dir()]
    if not missing:
        return []
    if not (target / "package-lock.json").is_file():
        raise _invalid(
            package.root,
            f"OHIF does not have its dependency {' nor '.join(missing[:3])}, and it has no package-lock.json",
            "Run in the extension's folder: npm install --package-lock-only --ignore-scripts --legacy-peer-deps",
        )
    with reporter.step(f"Install for {package.name}"):
        try:
            run([tools.npm, *LOCKED], cwd=target, env=tools.env)
        except ToolFailed as error:
            why, fix = "npm could not install its dependencies", "Read npm's message above."
            raise _invalid(package.root, why, fix, error.details) from error
    return [target / "node_modules"]


def _register(path: Path, package: Package, directory: str | None) -> None:
    plugins = json.loads(path.read_text(encoding="utf-8"))
    # 3.14 refuses an entry with a version.
    place = {"directory": directory} if directory else {"version": package.version}
    plugins[package.kind].append({"packageName": package.name, **place})
    path.write_text(json.dumps(plugins, indent=2) + "\n", encoding="utf-8")


def _remove_dead_links(folder: Path) -> None:
    """Removes the links to packages of an earlier build, which do not exist any more."""
    for path in (*folder.glob("*"), *folder.glob("@*/*")):
        if path.is_symlink() and not path.exists():
            path.unlink()


def _manifest(root: Path) -> dict[str, Any]:
    return dict(json.loads((root / "package.json").read_text(encoding="utf-8")))


def _invalid(root: Path, why: str, fix: str, details: str = "") -> ExtensionInvalid:
    return ExtensionInvalid(
        f"The extension {root} cannot be compiled in: {why}.",
        cause="It does not meet the rules for a package in OHIF's source, like OHIF's own extensions and modes.",
        fix=fix,
        details=details,
    )
