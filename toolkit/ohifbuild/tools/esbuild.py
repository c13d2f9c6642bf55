"""The pinned esbuild: minifies OHIF's scripts and styles, and bundles extension packages."""

from __future__ import annotations

import platform
import sys
import tomllib
from functools import cache as remembered
from importlib.resources import files
from pathlib import Path
from typing import Any

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import ToolMissing
from ohifbuild.tools.npm import Package, npm_package

MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def esbuild_version() -> str:
    """The pinned version, which belongs into every key of what esbuild made."""
    return str(_pins()["version"])


def esbuild(cache: Cache, *, offline: bool, reporter: Reporter) -> Path:
    """The esbuild binary for this machine, fetched and verified if need be.

    Raises:
        ToolMissing: esbuild has no binary for this machine.
        OhifbuildError: as ``npm_package``.
    """
    pins = _pins()
    target = f"{sys.platform}-{MACHINES.get(platform.machine().lower(), platform.machine())}"
    integrity = pins["integrity"].get(target)
    if integrity is None:
        raise ToolMissing(
            f"There is no esbuild for this machine ({target}).",
            cause="ohifbuild runs on Linux and macOS, on x86-64 and ARM 64.",
            fix="Build on such a machine, or in a container for it.",
        )
    package = Package(f"@esbuild/{target}", pins["version"], integrity)
    binary = npm_package(package, cache, offline=offline, reporter=reporter) / "bin" / "esbuild"
    if not binary.is_file():
        raise ToolMissing(f"{package.spec} holds no esbuild.", cause="The package is laid out otherwise than expected.")
    return binary


@remembered
def _pins() -> dict[str, Any]:
    return tomllib.loads(files("ohifbuild.tools").joinpath("esbuild.toml").read_text(encoding="utf-8"))
