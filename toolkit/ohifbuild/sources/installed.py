"""Which packages an OHIF source will have installed, known from its lockfile before the installation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ohifbuild.sources.manifests import REDUCED_KEYS, is_unneeded
from ohifbuild.tools.lockfiles import of_bun, of_pnpm, split_name, yarn_entries


def installed_versions(tree: Path, manager: str = "") -> dict[str, frozenset[str]]:
    """The versions of each installed package by name, OHIF's own packages included.

    ``manager`` is the package manager, such as ``bun@1.2.23``. bun installs its whole lockfile. With yarn,
    packages that only unneeded tools depend on are left out, as the installation leaves them out. They are found by
    name alone, so the result may have a few too many versions.
    """
    manifests = [_read(path) for path in (tree / "package.json", *sorted(tree.glob("*/*/package.json")))]
    found: dict[str, set[str]] = {
        str(manifest["name"]): {str(manifest.get("version", ""))} for manifest in manifests if "name" in manifest
    }
    for name, version in _of_lockfile(tree, manager, manifests):
        found.setdefault(name, set()).add(version)
    return {name: frozenset(versions) for name, versions in found.items()}


def _of_lockfile(tree: Path, manager: str, manifests: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    if manager.startswith("bun@"):
        packages = of_bun((tree / "bun.lock").read_text(encoding="utf-8"))
        yield from (package for package, _ in packages if not package[1].startswith("workspace:"))
    elif (tree / "yarn.lock").is_file():
        yield from _of_yarn(tree / "yarn.lock", manifests)
    elif (tree / "pnpm-lock.yaml").is_file():
        yield from (package for package, _ in of_pnpm((tree / "pnpm-lock.yaml").read_text(encoding="utf-8")))


def _of_yarn(lockfile: Path, manifests: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    by_name: dict[str, list[tuple[str, list[str]]]] = {}
    for entry in yarn_entries(lockfile.read_text(encoding="utf-8")):
        for name in {split_name(pattern)[0] for pattern in entry.patterns}:
            by_name.setdefault(name, []).append((entry.facts.get("version", ""), entry.dependencies))
    pending = [name for manifest in manifests for name in _wanted(manifest)]
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            for version, dependencies in by_name.get(name, ()):
                yield name, version
                pending += dependencies


def _wanted(manifest: dict[str, Any]) -> Iterator[str]:
    for key in ("dependencies", *REDUCED_KEYS):
        yield from (name for name in manifest.get(key, {}) if key not in REDUCED_KEYS or not is_unneeded(name))


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
