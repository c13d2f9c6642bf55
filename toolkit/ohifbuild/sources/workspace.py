"""Extensions and modes that are compiled into OHIF: ordinary OHIF packages, made workspaces of its source.

What a package is, it says as OHIF wants it: ``keywords`` in its ``package.json`` hold ``ohif-extension`` or
``ohif-mode``. (A package for run time has an ``ohifbuild`` key instead; see ``extensions.py``.) It may be TypeScript
and React, and import ``react``, ``@ohif/*`` and whatever else the release has installed; what it wants beyond that has
to be in its own ``package-lock.json``.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodesemver import make_range

from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of, digest_of_tree
from ohifbuild.core.errors import ExtensionInvalid, ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.tools.toolchain import NodeTools

KEYWORDS = {"ohif-extension": "extensions", "ohif-mode": "modes"}
IGNORED = ("node_modules", ".git", "test", "tests", "__tests__", "dist", "coverage")
NAME = re.compile(r"(?:@[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*")
PLUGINS = "platform/app/pluginConfig.json"
LINKS = "platform/app/node_modules"
LOCKED = (
    "ci",
    "--prefix=.",  # not OHIF's root, of which npm sees that it is one of workspaces
    "--no-workspaces",
    "--ignore-scripts",
    "--omit=dev",
    "--legacy-peer-deps",  # peers are what OHIF gives; npm would want them in the lockfile too
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
)


@dataclass(frozen=True)
class SourcePackage:
    """``place`` is the folder of the source it belongs to and the list that names it: extensions or modes."""

    root: Path
    name: str
    version: str
    place: str
    digest: str
    dependencies: tuple[str, ...]
    peers: tuple[tuple[str, str], ...]


def is_source_package(root: Path) -> bool:
    """Whether the package is one that OHIF compiles in."""
    manifest = _manifest(root)
    return "ohifbuild" not in manifest and bool(KEYWORDS.keys() & set(manifest.get("keywords") or ()))


def read_source_packages(roots: Iterable[Path]) -> tuple[SourcePackage, ...]:
    """What packages say of themselves.

    Raises:
        ExtensionInvalid: one cannot be meant, or two have one name.
    """
    packages = tuple(_read(root.resolve()) for root in roots)
    seen: dict[str, Path] = {}
    for package in packages:
        if package.name in seen:
            raise _invalid(package.root, f"{seen[package.name]} has the name '{package.name}' too", "Rename one.")
        seen[package.name] = package.root
    return packages


def digest_of_packages(packages: Iterable[SourcePackage]) -> str:
    """What of the packages decides the bundle; their order does not."""
    return digest_of(sorted([package.name, package.digest] for package in packages))


def add_packages(
    tree: Path, packages: Sequence[SourcePackage], tools: NodeTools, *, by_directory: bool, reporter: Reporter
) -> tuple[Path, ...]:
    """Makes the packages part of an installed source tree.

    Args:
        by_directory: name their folders in ``pluginConfig.json``, as from OHIF 3.13 on, instead of linking them into
            ``node_modules``, as a workspace of yarn's is. (Added to the real workspaces, yarn would call the lockfile
            outdated.)

    Returns:
        The folders with dependencies of the packages' own.

    Raises:
        ExtensionInvalid: a package takes a name of OHIF's, needs another OHIF, lacks a dependency, or has one
            that cannot be installed.
    """
    _remove_dead_links(tree / LINKS)
    own = _own_packages(tree)
    folders = []
    for package in packages:
        _check_fits(package, tree, own)
        target = tree / package.place / ("ohifbuild-" + package.name.lstrip("@").replace("/", "--"))
        shutil.copytree(package.root, target, ignore=shutil.ignore_patterns(*IGNORED))
        folders += _own_dependencies(package, target, tree, tools, reporter)
        _register(tree / PLUGINS, package, str(target) if by_directory else None)
        if not by_directory:
            link = tree / LINKS / package.name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target)
    return tuple(folders)


def _read(root: Path) -> SourcePackage:
    manifest = _manifest(root)
    name = manifest.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _invalid(root, "its package.json has no 'name' as npm's are", "Give it one, such as @clinic/extension-x.")
    entry = manifest.get("module") or manifest.get("main")
    if not isinstance(entry, str) or not (root / entry).is_file() or ".." in Path(entry).parts:
        raise _invalid(root, "its 'module' names no file of it", 'Write for example: "module": "src/index.tsx"')
    place = next(folder for keyword, folder in KEYWORDS.items() if keyword in manifest["keywords"])
    sources = sorted(path for path in root.iterdir() if path.name not in IGNORED)
    return SourcePackage(
        root=root,
        name=name,
        version=str(manifest.get("version", "0.0.0")),
        place=place,
        digest=digest_of([(path.name, digest_of_tree(path)) for path in sources]),
        dependencies=tuple(sorted(manifest.get("dependencies") or {})),
        peers=tuple(sorted((manifest.get("peerDependencies") or {}).items())),
    )


def _check_fits(package: SourcePackage, tree: Path, own: dict[str, str]) -> None:
    if package.name in own or (tree / LINKS / package.name).exists() or (tree / "node_modules" / package.name).exists():
        raise _invalid(package.root, f"OHIF has a package '{package.name}' itself", "Give it a name of its own.")
    for peer, wanted in package.peers:
        version = own.get(peer) if peer.startswith("@ohif/") else None
        if version and not _satisfies(version, wanted):
            raise _invalid(
                package.root, f"it needs {peer} {wanted}, and this OHIF has {version}", "Build a release that fits."
            )


def _satisfies(version: str, wanted: object) -> bool:
    """Whether npm would say so; of a prerelease what it would say of its release. What is no range is not judged."""
    try:
        spec = make_range(str(wanted), loose=False)
        return bool(spec.test(version) or spec.test(version.partition("-")[0]))
    except ValueError:
        return True


def _own_packages(tree: Path) -> dict[str, str]:
    """The packages of the source itself, and their versions."""
    manifests = [_manifest(path.parent) for path in sorted(tree.glob("*/*/package.json"))]
    return {manifest["name"]: str(manifest.get("version", "")) for manifest in manifests if "name" in manifest}


def _own_dependencies(
    package: SourcePackage, target: Path, tree: Path, tools: NodeTools, reporter: Reporter
) -> list[Path]:
    missing = [name for name in package.dependencies if not (tree / "node_modules" / name).is_dir()]
    if not missing:
        return []
    if not (target / "package-lock.json").is_file():
        raise _invalid(
            package.root,
            f"OHIF does not have its dependency {' nor '.join(missing[:3])}, and it has no package-lock.json",
            "Run in its folder: npm install --package-lock-only --ignore-scripts --legacy-peer-deps",
        )
    with reporter.step(f"Install for {package.name}"):
        try:
            run([tools.npm, *LOCKED], cwd=target, env=tools.env)
        except ToolFailed as error:
            why, fix = "npm could not install its dependencies", "See npm's own words above."
            raise _invalid(package.root, why, fix, error.details) from error
    return [target / "node_modules"]


def _register(path: Path, package: SourcePackage, directory: str | None) -> None:
    plugins = json.loads(path.read_text(encoding="utf-8"))
    entry = {"packageName": package.name, "version": package.version}
    plugins[package.place].append({**entry, "directory": directory} if directory else entry)
    path.write_text(json.dumps(plugins, indent=2) + "\n", encoding="utf-8")


def _remove_dead_links(folder: Path) -> None:
    """Links to packages of the build before, which are gone."""
    for path in (*folder.glob("*"), *folder.glob("@*/*")):
        if path.is_symlink() and not path.exists():
            path.unlink()


def _manifest(root: Path) -> dict[str, Any]:
    path = root / "package.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(document, dict):
            return document
    except (OSError, ValueError):
        pass
    raise _invalid(root, f"{path} is missing or no JSON object", "Name the folder of an npm package.")


def _invalid(root: Path, why: str, fix: str, details: str = "") -> ExtensionInvalid:
    return ExtensionInvalid(
        f"The extension {root} cannot be compiled in: {why}.",
        cause="It is to become a package of OHIF's own source, as OHIF's extensions and modes are.",
        fix=fix,
        details=details,
    )
