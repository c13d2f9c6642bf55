"""How a source is built: OHIF's version, the package manager, the bundler and Node, read from the source's own files.

The catalogue knows this of the commits that it pins. For every other commit its values are only defaults: a branch, a
fork or a prerelease may be years apart from the release that the recipe names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from nodesemver import make_range

from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.releases.catalogue import VERSION, ReleasePin, catalogue, find_release

APP = "platform/app"
# Each lockfile and its package manager. OHIF's 3.10 to 3.13 betas have a bun.lock beside their yarn.lock. It is used
# for the commits that the catalogue pins: in a fork, nobody says that both are kept up to date.
LOCKFILES = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn"}
DEFAULT_MANAGERS = {"yarn": "yarn@1.22.22", "pnpm": "pnpm@11"}
MANAGER = re.compile(r"(yarn|pnpm)@\d[\w.]*")
# What OHIF's tools require: yarn 1 and webpack run on Node 18; from pnpm 11 and Rspack 2 on, OHIF's own range is 24.
NODES = {"yarn": ">=18", "bun": ">=18", "pnpm": ">=24"}
# Of the app's scripts, in this order, the first that names a bundler decides. OHIF had an rsbuild.config.ts for its
# development server years before it built with it, so that file alone says nothing.
SCRIPTS = ("build", "build:viewer", "build:viewer:ci")
COMMANDS = (
    ("rsbuild", re.compile(r"\brsbuild(?:\.js)? build\b")),
    ("rspack", re.compile(r"\brspack(?:\.js)? build\b|\brspack/bin/|@rspack/cli")),
    ("webpack", re.compile(r"\bwebpack(?:\.js)?\b")),
)
CONFIGS = (
    (f"{APP}/.rspack/rspack.pwa.js", "rspack"),
    (f"{APP}/.webpack/webpack.pwa.js", "webpack"),
    ("rsbuild.config.ts", "rsbuild"),
)


def described(tree: Path, pin: ReleasePin) -> ReleasePin:
    """The pin with what the source in ``tree`` says of itself.

    What it leaves open comes from the catalogue, for the version that the source has: the result depends on the source
    and not on the release that was asked for.

    Raises:
        ReleaseUnsupported: ohifbuild does not know the source's package manager.
    """
    version = ohif_version(tree) or pin.version
    if version != pin.version:
        pin = replace(find_release(version, catalogue()), npm_integrity=None, npm_size=None, verified=())
    manager = _package_manager(tree, pin.package_manager)
    bundler = _bundler(tree) or pin.bundler
    same_tools = (_name(manager), bundler) == (_name(pin.package_manager), pin.bundler)
    node = pin.node if same_tools else _node(tree, manager)
    return replace(pin, package_manager=manager, bundler=bundler, node=node)


def ohif_version(tree: Path) -> str:
    """The version of OHIF that a source says it is, or "" if it does not say one."""
    for text in _versions(tree):
        found = VERSION.fullmatch(text.strip())
        if found:
            return found[1]
    return ""


def _versions(tree: Path) -> Iterator[str]:
    # version.txt is written by OHIF's release job and may be older than the manifests.
    for name in ("platform/core/package.json", "lerna.json", f"{APP}/package.json"):
        yield str(_json(tree / name).get("version", ""))
    path = tree / "version.txt"
    yield path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _package_manager(tree: Path, default: str) -> str:
    locks = [name for name in LOCKFILES if (tree / name).is_file()]
    field = MANAGER.match(str(_json(tree / "package.json").get("packageManager", "")))
    if field and (not locks or field[1] in {LOCKFILES[name] for name in locks}):
        return field[0]
    if locks:
        name = LOCKFILES[locks[0]]
        return default if _name(default) == name else DEFAULT_MANAGERS[name]
    if any((tree / name).is_file() for name in ("bun.lock", "package-lock.json")):
        raise ReleaseUnsupported(
            "The source has neither a yarn.lock nor a pnpm-lock.yaml.",
            cause="ohifbuild installs OHIF exactly as a lockfile of yarn 1 or pnpm says.",
            fix="Give a tag of OHIF, or a fork that keeps OHIF's lockfile.",
        )
    return default


def _bundler(tree: Path) -> str:
    scripts = _json(tree / APP / "package.json").get("scripts") or {}
    for name in SCRIPTS:
        for bundler, command in COMMANDS:
            if command.search(str(scripts.get(name, ""))):
                return bundler
    for path, bundler in CONFIGS:
        if (tree / path).is_file():
            text = (tree / path).read_text(encoding="utf-8", errors="replace")
            return "rspack" if "@rspack/core" in text else bundler
    return ""


def _node(tree: Path, manager: str) -> str:
    stated = str((_json(tree / "package.json").get("engines") or {}).get("node", ""))
    try:
        make_range(stated or "-", loose=False)
    except ValueError:
        return NODES[_name(manager)]
    return stated


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _name(manager: str) -> str:
    return manager.partition("@")[0]
