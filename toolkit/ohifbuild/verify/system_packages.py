"""Packages of Debian and Ubuntu, installed where one is root or sudo asks nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ohifbuild.core.errors import OhifbuildError
from ohifbuild.core.processes import find_program, run


def has_apt(environ: Mapping[str, str]) -> bool:
    """Whether the system's packages are apt's."""
    return find_program("apt-get", env=environ) is not None


def command_for(package: str) -> str:
    """What a person types to install a package."""
    return f"sudo apt-get update && sudo apt-get install -y {package}"


def install(package: str, environ: Mapping[str, str], tried: list[str]) -> bool:
    """Installs a package if that is possible here; whether it was. What failed is added to ``tried``, a line each."""
    apt = find_program("apt-get", env=environ)
    as_root = _as_root(environ)
    if apt is None or as_root is None:
        return False
    env = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
    # The lists may be missing, as in images of containers, or of a day whose packages are gone.
    succeeds([*as_root, apt, "update", "--quiet"], env, [])
    return succeeds([*as_root, apt, "install", "--yes", "--no-install-recommends", package], env, tried)


def succeeds(argv: list[str | Path], env: Mapping[str, str], tried: list[str]) -> bool:
    """Whether a program does its work; if not, a line about it is added to ``tried``."""
    try:
        run(argv, env=env)
    except OhifbuildError as error:
        last = error.details.strip().splitlines()[-1:] or [error.what]
        tried.append(f"{' '.join(Path(str(part)).name for part in argv[:1])} {' '.join(map(str, argv[1:]))}: {last[0]}")
        return False
    return True


def _as_root(environ: Mapping[str, str]) -> list[str | Path] | None:
    """What precedes a command that only root may run; None where that is not to be had."""
    if os.geteuid() == 0:
        return []
    sudo = find_program("sudo", env=environ)
    if sudo is None or not succeeds([sudo, "--non-interactive", "true"], environ, []):
        return None
    return [sudo, "--non-interactive"]
