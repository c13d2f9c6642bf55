"""The pinned esbuild: minifies OHIF's scripts and styles, and bundles extension packages."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import ToolMissing
from ohifbuild.tools.machine import machine
from ohifbuild.tools.npm import Package, npm_package


def esbuild_version() -> str:
    """The pinned version; every cache key of esbuild's output contains it."""
    return str(_pins()["version"])


def esbuild(cache: Cache, *, offline: bool, reporter: Reporter) -> Path:
    """The path of the esbuild binary for this machine, downloaded and verified if it is not in the cache.

    Raises:
        ToolMissing: esbuild has no binary for this machine.
        OhifbuildError: the errors of ``npm_package``.
    """
    pins = _pins()
    target = machine()
    integrity = pins["integrity"].get(target)
    if integrity is None:
        raise ToolMissing(
            f"esbuild has no binary for this machine ({target}).",
            cause="ohifbuild supports Linux and macOS on x86-64 and ARM 64.",
            fix="Build on a supported machine or in a container.",
        )
    package = Package(f"@esbuild/{target}", pins["version"], integrity)
    binary = npm_package(package, cache, offline=offline, reporter=reporter) / "bin" / "esbuild"
    if not binary.is_file():
        raise ToolMissing(f"{package.spec} has no bin/esbuild.", cause="The package has an unexpected layout.")
    return binary


@functools.cache
def _pins() -> dict[str, Any]:
    return tomllib.loads(files("ohifbuild.tools").joinpath("esbuild.toml").read_text(encoding="utf-8"))
