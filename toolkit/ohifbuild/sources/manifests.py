"""The package.json files of a source: what of them decides an installation, and what of them a build does without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ohifbuild.core.errors import ReleaseUnsupported

SEEN_FOLDERS = ("", "platform/*/", "extensions/*/", "modes/*/", "addOns/*/*/")
# What of a package.json decides how workspaces are linked and installed.
DECIDING = ("name", "version", "workspaces", "resolutions", "bin", "dependencies", "devDependencies")
# Tests, linters, formatters, servers and what OHIF is published with: half of v3.12.0's packages (1450 of 3540), and no
# bundle has ever anything of them. Two are not here: OHIF's configuration up to 3.8 imports webpack-bundle-analyzer,
# and from 3.9 to 3.11.0 only Storybook brings @radix-ui/react-toggle-group, which OHIF imports without asking for it.
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
DISPENSABLE = ("devDependencies", "optionalDependencies")


def deciding(tree: Path) -> list[tuple[str, object]]:
    """Path in ``tree`` of each package.json, and what of it decides the installation.

    Raises:
        ReleaseUnsupported: one of them is no JSON object.
    """
    return [(path.relative_to(tree).as_posix(), [found.get(key) for key in DECIDING]) for path, found in _all(tree)]


@contextmanager
def without_unneeded_packages(tree: Path) -> Iterator[None]:
    """For the length of the block, no package.json in ``tree`` asks for what a build does without.

    yarn 1 takes a lockfile with more packages than it needs as frozen; the versions of those that stay are the
    lockfile's. pnpm compares each package.json with its lockfile and refuses.
    """
    kept = [(path, path.read_bytes()) for path, _ in _all(tree)]
    try:
        for path, manifest in _all(tree):
            path.write_text(json.dumps(_without_unneeded(manifest), indent=2) + "\n", encoding="utf-8")
        yield
    finally:
        for path, text in kept:
            path.write_bytes(text)


def _without_unneeded(manifest: dict[str, Any]) -> dict[str, Any]:
    lean = {
        kind: {name: wanted for name, wanted in manifest[kind].items() if not _unneeded(name)}
        for kind in DISPENSABLE
        if isinstance(manifest.get(kind), dict)
    }
    return {**manifest, **lean}


def _unneeded(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in UNNEEDED)


def _all(tree: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for pattern in SEEN_FOLDERS:
        for path in sorted(tree.glob(f"{pattern}package.json")):
            yield path, _read(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(manifest, dict):
            return manifest
    except ValueError:
        pass
    raise ReleaseUnsupported(
        f"{path} of the source is no JSON object.",
        cause="A patch or a commit damaged it.",
        fix="Mend it in the source; conflict marks are the usual reason.",
    )
