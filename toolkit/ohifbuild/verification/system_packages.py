"""Installs packages of Debian and Ubuntu, if the user is root or sudo needs no password."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ohifbuild.core.errors import OhifbuildError
from ohifbuild.core.processes import find_program, run


def has_apt(environ: Mapping[str, str]) -> bool:
    """Whether the system uses apt."""
    return find_program("apt-get", env=environ) is not None


def command_for(package: str) -> str:
    """The command that installs a package."""
    return f"sudo apt-get update && sudo apt-get install -y {package}"


def install(package: str, environ: Mapping[str, str], tried: list[str]) -> bool:
    """Installs a package if possible, and returns whether it was; a line about each failure is added to ``tried``."""
    apt = find_program("apt-get", env=environ)
    as_root = _as_root(environ)
    if apt is None or as_root is None:
        return False
    env = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
    # The package lists may be missing, as in container images, or name versions that no longer exist.
    succeeds([*as_root, apt, "update", "--quiet"], env, [])
    return succeeds([*as_root, apt, "install", "--yes", "--no-install-recommends", package], env, tried)


def succeeds(argv: list[str | Path], env: Mapping[str, str], tried: list[str]) -> bool:
    """Whether a program succeeds; if not, a line about it is added to ``tried``."""
    try:
        run(argv, env=env)
    except OhifbuildError as error:
        last = error.details.strip().splitlines()[-1:] or [error.what]
        tried.append(f"{' '.join(Path(str(part)).name for part in argv[:1])} {' '.join(map(str, argv[1:]))}: {last[0]}")
        return False
    return True


def _as_root(environ: Mapping[str, str]) -> list[str | Path] | None:
    """The prefix of a command that requires root; None if there are no root rights."""
    if os.geteuid() == 0:
        return []
    sudo = find_program("sudo", env=environ)
    if sudo is None or not succeeds([sudo, "--non-interactive", "true"], environ, []):
        return None
    return [sudo, "--non-interactive"]
