"""The pinned oxc-minify: minifies OHIF's scripts, and leaves out what they never use."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import ToolMissing
from ohifbuild.tools.machine import is_musl, machine
from ohifbuild.tools.npm import Package, npm_package


def oxc_version() -> str:
    """The pinned version; every cache key of its output contains it."""
    return str(_pins()["version"])


def oxc(cache: Cache, *, offline: bool, reporter: Reporter) -> Path:
    """The path of the Node addon for this machine, downloaded and verified if it is not in the cache.

    Raises:
        ToolMissing: oxc-minify has no addon for this machine.
        OhifbuildError: the errors of ``npm_package``.
    """
    pins = _pins()
    target = machine() + ("-musl" if is_musl() else "-gnu" if machine().startswith("linux") else "")
    integrity = pins["integrity"].get(target)
    if integrity is None:
        raise ToolMissing(
            f"oxc-minify has no addon for this machine ({target}).",
            cause="ohifbuild supports Linux and macOS on x86-64 and ARM 64.",
            fix="Build on a supported machine or in a container.",
        )
    package = Package(f"@oxc-minify/binding-{target}", pins["version"], integrity)
    addon = npm_package(package, cache, offline=offline, reporter=reporter) / f"minify.{target}.node"
    if not addon.is_file():
        raise ToolMissing(f"{package.spec} has no {addon.name}.", cause="The package has an unexpected layout.")
    return addon


@functools.cache
def _pins() -> dict[str, Any]:
    return tomllib.loads(files("ohifbuild.tools").joinpath("oxc.toml").read_text(encoding="utf-8"))
