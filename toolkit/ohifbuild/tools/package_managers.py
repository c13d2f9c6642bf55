"""yarn 1 and pnpm for a source build: npm packages with pinned integrity, run by a Node of ours.

Corepack would do the same with downloads of its own; this way they come as everything else does, through the user's
npm configuration, are verified before they run and are there when offline.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import NotInCache, PackageDamaged, ToolMissing
from ohifbuild.tools.npm import Package, npm_package, published_integrity
from ohifbuild.tools.toolchain import NodeTools, pins_file

SPEC = re.compile(r"(yarn|pnpm)@(\d+(?:\.(?:x|\d+\.(?:x|\d+)))?)(?:\+sha512\.([0-9a-f]{128}))?")


def package_manager(
    spec: str, tools: NodeTools, cache: Cache, *, offline: bool, reporter: Reporter
) -> list[str | Path]:
    """How to call a package manager: the first words of its command line, to be run in ``tools.env``.

    Args:
        spec: as in ``packageManager`` of a package.json: ``yarn@1.22.22``, with or without ``+sha512.<hex>``; or with
            a major version only (``pnpm@11``, ``pnpm@11.x``), which is the pinned one of that line.

    Raises:
        ToolMissing: no such package manager.
        OhifbuildError: as ``npm_package``.
    """
    package = package_of(spec)
    if not package.integrity:
        package = _unpinned(package, cache, offline=offline, reporter=reporter)
    folder = npm_package(package, cache, offline=offline, reporter=reporter)
    return [tools.node, _script(folder, package)]


def package_of(spec: str) -> Package:
    """The npm package that ``spec`` means; its integrity is "" where neither the spec nor a pin of ours gives it.

    Raises:
        ToolMissing: no such package manager, or a version of it that is not pinned and not complete.
    """
    matched = SPEC.fullmatch(spec)
    if not matched:
        raise _unknown(spec)
    name, version, digest = matched.groups()
    if digest:
        return Package(name, version, "sha512-" + base64.b64encode(bytes.fromhex(digest)).decode())
    start = version.removesuffix(".x")
    for row in pins_file()["package_manager"]:
        if row["name"] == name and f"{row['version']}.".startswith(f"{start}."):
            return Package(name, row["version"], row["integrity"])
    if version.count(".") != 2 or version.endswith("x"):
        raise _unknown(spec)
    return Package(name, version, "")


def _unpinned(package: Package, cache: Cache, *, offline: bool, reporter: Reporter) -> Package:
    if offline:
        raise NotInCache(
            f"{package.spec} is not pinned, and --offline forbids asking the registry about it.",
            cause="The release names a package manager that this version of ohifbuild does not know.",
            fix="Run the same command once without --offline.",
        )
    integrity = published_integrity(package.name, package.version, cache, reporter)
    reporter.warn(f"{package.spec} is not pinned: its integrity comes from the registry itself.")
    return Package(package.name, package.version, integrity)


def _script(folder: Path, package: Package) -> Path:
    """The script that package.json names as the command of the package's own name."""
    try:
        commands = json.loads((folder / "package.json").read_text(encoding="utf-8"))["bin"]
        script = folder / (commands if isinstance(commands, str) else commands[package.name])
        found = script.is_file() and script.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, KeyError, TypeError):
        found = False
    if not found:
        raise PackageDamaged(f"{package.spec} holds no command {package.name}.", cause="It is laid out unexpectedly.")
    return script


def _unknown(spec: str) -> ToolMissing:
    return ToolMissing(
        f"{spec[:80]!r} is no package manager that ohifbuild knows.",
        cause="OHIF is installed with yarn 1 or pnpm; others were never needed.",
        fix="Write it as in: yarn@1.22.22 or pnpm@11",
    )
