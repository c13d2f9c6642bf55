"""What tests need of the system besides Python, Node with npm, and git; installed where it is missing.

Whoever needs a program asks for it first, even if every machine so far has had it: a fresh one has not. Of Orthanc,
which the toolkit finds by itself, this is enforced: it is hidden from modules that have not asked.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ohifbuild.core.errors import OhifbuildError, OrthancMissing
from ohifbuild.core.processes import find_program, run
from ohifbuild.orthanc.find import PROGRAM_VARIABLE, find_orthanc

ORTHANC = ("orthanc", "orthanc-dicomweb", "orthanc-python")
# Debian puts servers where only root's PATH leads.
FOLDERS = (Path("/usr/sbin"), Path("/usr/bin"))
NOT_ASKED_FOR = "/not/asked/for/by/this/module/Orthanc"
# In the environment, so that our own programs do not see it either; what a developer has set there is kept.
OWN_ORTHANC = os.environ.get(PROGRAM_VARIABLE)


def installed(program: str, *packages: str) -> Path:
    """A program of the system, installed from these packages where it is missing."""
    found = _found(program)
    if not found:
        _install(*packages)
        found = _found(program)
    assert found, f"{program} is not in {' '.join(packages)}"
    return found


def orthanc_installed() -> None:
    """Orthanc and the plugins that the filter needs, installed where they are missing, for the rest of this module."""
    _set_orthanc(OWN_ORTHANC)
    try:
        find_orthanc()
    except OrthancMissing:
        _install(*ORTHANC)
        find_orthanc()


@contextmanager
def orthanc_hidden() -> Iterator[None]:
    """Orthanc is as good as not installed until ``orthanc_installed`` is called."""
    _set_orthanc(NOT_ASKED_FOR)
    try:
        yield
    finally:
        _set_orthanc(OWN_ORTHANC)


def _set_orthanc(program: str | None) -> None:
    if program is None:
        os.environ.pop(PROGRAM_VARIABLE, None)
    else:
        os.environ[PROGRAM_VARIABLE] = program


def _found(program: str) -> Path | None:
    return find_program(program) or next((f / program for f in FOLDERS if (f / program).exists()), None)


def _install(*packages: str) -> None:
    """Installs packages as root, or as one whom sudo lets; else the test fails with the command that does it."""
    try:
        _update()
        _apt("install", "--yes", "--no-install-recommends", *packages)
    except OhifbuildError as error:
        command = f"sudo apt-get install {' '.join(packages)}"
        pytest.fail(f"These tests need: {command}\n{error.what}\n{error.details}", pytrace=False)


@functools.cache
def _update() -> None:
    _apt("update")


def _apt(*words: str) -> None:
    as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    # Servers would start as services, at ports of their own; another run of tests may be installing, too.
    settings = ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"]
    run([*as_root, *settings, "apt-get", "-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3", *words])
