"""yarn 1, pnpm and bun for a build from source: npm packages with a pinned integrity.

Corepack would download them too, but in its own way. Here they come through the user's npm configuration like all
other packages, are verified before they run, and are available offline.

yarn and pnpm up to 11 are run by the build's Node. pnpm 12 and bun are native programs: npm's packages ``pnpm`` and
``bun`` have only a script that fetches them, so the package with the program for this machine (``@pnpm/exe.linux-x64``)
is used instead.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import NotInCache, PackageDamaged, ToolMissing
from ohifbuild.tools.machine import is_musl, machine
from ohifbuild.tools.npm import Package, npm_package, published_integrity
from ohifbuild.tools.toolchain import NodeTools, pins_file

SPEC = re.compile(r"(yarn|pnpm|bun)@(\d+(?:\.(?:x|\d+\.(?:x|\d+)))?)(?:\+sha512\.([0-9a-f]{128}))?")
FIRST_NATIVE_PNPM = 12
# bun's names of the machines. Its usual builds for x64 need AVX2, which older processors lack; the baseline builds run
# on all. Source: https://bun.sh/docs/installation
BUN_BUILDS = {
    "linux-x64": "linux-x64-baseline",
    "linux-x64-musl": "linux-x64-musl-baseline",
    "linux-arm64": "linux-aarch64",
    "linux-arm64-musl": "linux-aarch64-musl",
    "darwin-x64": "darwin-x64-baseline",
    "darwin-arm64": "darwin-aarch64",
}


def package_manager(
    spec: str, tools: NodeTools, cache: Cache, *, offline: bool, reporter: Reporter
) -> list[str | Path]:
    """The command of a package manager: the first words of a command line, to be run with ``tools.env``.

    Args:
        spec: as in ``packageManager`` of a package.json: ``yarn@1.22.22``, with or without ``+sha512.<hex>``. A major
            version alone (``pnpm@11``, ``pnpm@11.x``) means the pinned version with that number.

    Raises:
        ToolMissing: ohifbuild does not know this package manager.
        OhifbuildError: the errors of ``npm_package``.
    """
    package = package_of(spec)
    if not package.integrity:
        package = _unpinned(package, cache, offline=offline, reporter=reporter)
    folder = npm_package(package, cache, offline=offline, reporter=reporter)
    for scope, program in (("@pnpm/exe.", "pnpm"), ("@oven/bun-", "bin/bun")):
        if package.name.startswith(scope):
            return [_program(folder, program, package)]
    return [tools.node, _script(folder, package)]


def package_of(spec: str) -> Package:
    """The npm package that ``spec`` names; its integrity is "" if neither the spec nor ``toolchain.toml`` has one.

    Raises:
        ToolMissing: ohifbuild does not know this package manager, or the version is neither pinned nor complete.
    """
    matched = SPEC.fullmatch(spec)
    if not matched:
        raise _unknown(spec)
    name, version, digest = matched.groups()
    native = name == "bun" or (name == "pnpm" and int(version.split(".")[0]) >= FIRST_NATIVE_PNPM)
    if digest and not native:
        return Package(name, version, "sha512-" + base64.b64encode(bytes.fromhex(digest)).decode())
    start = version.removesuffix(".x")
    for row in pins_file()["package_manager"]:
        if row["name"] == name and f"{row['version']}.".startswith(f"{start}."):
            return (
                _native(name, row["version"], row["native"])
                if native
                else Package(name, row["version"], row["integrity"])
            )
    if version.count(".") != 2 or version.endswith("x"):
        raise _unknown(spec)
    return _native(name, version, {}) if native else Package(name, version, "")


def _native(name: str, version: str, integrities: dict[str, str]) -> Package:
    """The package with the program for this machine. (A digest in ``packageManager`` is that of another package.)"""
    target = machine() + ("-musl" if is_musl() else "")
    package = f"@pnpm/exe.{target}" if name == "pnpm" else f"@oven/bun-{BUN_BUILDS.get(target, target)}"
    return Package(package, version, integrities.get(target, ""))


def _unpinned(package: Package, cache: Cache, *, offline: bool, reporter: Reporter) -> Package:
    if offline:
        raise NotInCache(
            f"{package.spec} is not pinned, and --offline forbids requests to the registry.",
            cause="The release requires a package manager that this version of ohifbuild does not pin.",
            fix="Run the same command once without --offline.",
        )
    integrity = published_integrity(package.name, package.version, cache, reporter)
    reporter.warn(f"{package.spec} is not pinned: its digest comes from the registry.")
    return Package(package.name, package.version, integrity)


def _program(folder: Path, name: str, package: Package) -> Path:
    program = folder / name
    if not program.is_file() or program.is_symlink():
        raise PackageDamaged(f"{package.spec} has no program {name}.", cause="The package has an unexpected layout.")
    return program


def _script(folder: Path, package: Package) -> Path:
    """The script in ``bin`` of package.json that has the package's name."""
    try:
        commands = json.loads((folder / "package.json").read_text(encoding="utf-8"))["bin"]
        script = folder / (commands if isinstance(commands, str) else commands[package.name])
        found = script.is_file() and script.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, KeyError, TypeError):
        found = False
    if not found:
        raise PackageDamaged(
            f"{package.spec} has no command {package.name}.", cause="The package has an unexpected layout."
        )
    return script


def _unknown(spec: str) -> ToolMissing:
    return ToolMissing(
        f"The package manager {spec[:80]!r} is not supported.",
        cause="ohifbuild supports yarn 1, pnpm and bun, which OHIF's releases use.",
        fix="Use a supported package manager, for example: yarn@1.22.22 or pnpm@11",
    )
