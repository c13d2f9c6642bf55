"""The package.json files of a source: the keys that decide an installation, and packages that a build does not need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ohifbuild.core.documents import parse_json
from ohifbuild.core.errors import ReleaseUnsupported

MANIFEST_FOLDERS = ("", "platform/*/", "extensions/*/", "modes/*/", "addOns/*/*/")
# The keys of a package.json that decide how workspaces are linked and installed.
INSTALL_KEYS = ("name", "version", "workspaces", "resolutions", "bin", "dependencies", "devDependencies")
# Tools for tests, linting, formatting, serving and publishing: with their dependencies half of v3.12.0's packages (1450
# of 3540), and never part of a bundle. Two are missing on purpose: OHIF's configuration up to 3.8 imports
# webpack-bundle-analyzer, and from 3.9 to 3.11.0 OHIF imports @radix-ui/react-toggle-group without declaring it, so
# that only Storybook installs it.
UNNEEDED = (
    "@babel/eslint-parser",
    "@istanbuljs/*",
    "@percy/*",
    "@playwright/*",
    "@rsbuild/*",
    "@testing-library/*",
    "@types/jest",
    "@typescript-eslint/*",
    "babel-plugin-istanbul",
    "cypress*",
    "eslint*",
    "husky",
    "identity-obj-proxy",
    "istanbul",
    "jest*",
    "lerna",
    "lint-staged",
    "nx",
    "nyc",
    "patch-package",
    "playwright*",
    "prettier*",
    "serve",
    "ts-node",
    "unused-webpack-plugin",
    "webpack-dev-server",
    "webpack-hot-middleware",
)
REDUCED_KEYS = ("devDependencies", "optionalDependencies")
# A workspace of which only the manifest is checked out: OHIF's site needs 1000 packages, and a build none of them.
UNNEEDED_WORKSPACE = "platform/docs"


def install_inputs(tree: Path) -> list[tuple[str, object]]:
    """For each package.json in ``tree``: its path and the values that decide the installation.

    Raises:
        ReleaseUnsupported: a package.json is not a JSON object.
    """
    return [(path.relative_to(tree).as_posix(), [found.get(key) for key in INSTALL_KEYS]) for path, found in _all(tree)]


@contextmanager
def without_unneeded_packages(tree: Path) -> Iterator[None]:
    """Until the block ends, no package.json in ``tree`` requires a package of ``UNNEEDED``.

    Only for yarn 1, which accepts a frozen lockfile with more packages than necessary and keeps the lockfile's
    versions. pnpm compares each package.json with its lockfile and refuses a difference; it can leave out a workspace.
    """
    kept = [(path, path.read_bytes()) for path, _ in _all(tree)]
    try:
        for path, manifest in _all(tree):
            path.write_text(json.dumps(_without_unneeded(manifest), indent=2) + "\n", encoding="utf-8")
        with without_unneeded_workspace(tree):
            yield
    finally:
        for path, text in kept:
            path.write_bytes(text)


@contextmanager
def without_unneeded_workspace(tree: Path) -> Iterator[None]:
    """Until the block ends, yarn and bun see no workspace ``UNNEEDED_WORKSPACE``, so they install nothing for it."""
    path = tree / UNNEEDED_WORKSPACE / "package.json"
    text = path.read_bytes() if path.is_file() else None
    path.unlink(missing_ok=True)
    try:
        yield
    finally:
        if text is not None:
            path.write_bytes(text)


def _without_unneeded(manifest: dict[str, Any]) -> dict[str, Any]:
    reduced = {
        kind: {name: version for name, version in manifest[kind].items() if not is_unneeded(name)}
        for kind in REDUCED_KEYS
        if isinstance(manifest.get(kind), dict)
    }
    return {**manifest, **reduced}


def is_unneeded(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in UNNEEDED)


def _all(tree: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for pattern in MANIFEST_FOLDERS:
        for path in sorted(tree.glob(f"{pattern}package.json")):
            yield path, _read(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        manifest = parse_json(path.read_text(encoding="utf-8"))
        if isinstance(manifest, dict):
            return manifest
    except ValueError:
        pass
    raise ReleaseUnsupported(
        f"{path} in the source is not a JSON object.",
        cause="A commit damaged it, for example with merge conflict markers.",
        fix="Correct the file in the source.",
    )
