"""What tests need besides Python, Node with npm, and git: programs of the system, and packages of npm.

A test requests a program before it uses it. If the program is missing, ``pytest --install`` installs it; otherwise the
test is skipped, and the reason names both commands that help. No other file of the tests installs anything.

The toolkit finds Orthanc and Chromium by itself, and installs a missing Chromium. So both are hidden from tests that
have not requested them: a test without a request fails on every machine, not only on a new one.
"""

from __future__ import annotations

import fcntl
import functools
import os
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ohifbuild.core.errors import BrowserMissing, OhifbuildError, OrthancMissing
from ohifbuild.core.processes import find_program, run
from ohifbuild.orthanc.find import PROGRAM_VARIABLE as ORTHANC_VARIABLE
from ohifbuild.orthanc.find import find_orthanc

ORTHANC = ("orthanc", "orthanc-dicomweb", "orthanc-python")
# As in ohifbuild.verification.browser, which takes long to import.
BROWSER_VARIABLE = "OHIFBUILD_BROWSER"
# Debian installs servers in folders that are only on root's PATH.
FOLDERS = (Path("/usr/sbin"), Path("/usr/bin"))
TEMPLATE = Path(__file__).parents[1] / "extension-template"
HIDDEN = "/hidden/from/modules/that/do/not/ask/for/it"
# Environment variables, so that child processes do not find the programs either. A developer's values are kept.
ORIGINAL_VALUES = {name: os.environ.get(name) for name in (ORTHANC_VARIABLE, BROWSER_VARIABLE)}


@dataclass(frozen=True)
class Installing:
    """Whether tests may install missing programs, and the arguments that pytest was started with."""

    allowed: bool = False
    words: Sequence[str] = ()

    @property
    def command(self) -> str:
        """The command that runs the same tests and permits them to install."""
        return shlex.join(["pytest", "--install", *self.words])


class _State:
    installing = Installing()


def set_installing(installing: Installing) -> None:
    """Sets for the rest of the run whether tests may install missing programs."""
    _State.installing = installing


def installed(program: str, *packages: str) -> Path:
    """The path of a program of the system.

    Args:
        packages: the Debian packages that contain it; installed if it is missing and ``--install`` was given.
    """
    with _nobody_else_installs():
        found = _found(program)
        if not found:
            _install(program, *packages)
            found = _found(program)
    assert found, f"{program} is not in {' '.join(packages)}"
    return found


def npm_file(path: str) -> Path:
    """A file of the template's development dependencies, which npm installs as they are locked.

    Args:
        path: below ``node_modules``, with the name of the package first.
    """
    file = TEMPLATE / "node_modules" / path
    with _nobody_else_installs():
        if not file.is_file():
            if not _State.installing.allowed:
                _skip(f"{path} is missing.", "cd extension-template && npm ci")
            try:
                run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=TEMPLATE)
            except OhifbuildError as error:
                pytest.fail(f"{path} cannot be installed.\n{error.what}\n{error.details}", pytrace=False)
    return file


def orthanc_installed() -> None:
    """Makes Orthanc and the plugins that the filter needs available to the rest of the module."""
    _set(ORTHANC_VARIABLE, ORIGINAL_VALUES[ORTHANC_VARIABLE])
    with _nobody_else_installs():
        try:
            find_orthanc()
        except OrthancMissing:
            _install("Orthanc", *ORTHANC)
            find_orthanc()


def browser_installed() -> None:
    """Makes Chromium, and the libraries that Playwright needs for it, available to the rest of the module."""
    _set(BROWSER_VARIABLE, ORIGINAL_VALUES[BROWSER_VARIABLE])
    _find_browser()


def engine_installed(program: str, package: str, *more: str) -> None:
    """Makes a browser other than Chromium, and the virtual screen on which it shows itself, available.

    The test is skipped on a system that does not package this browser: on Ubuntu, Firefox is a snap, which may not read
    the profile that Playwright makes for it.
    """
    if _State.installing.allowed and not _found(program) and not _packaged(package):
        pytest.skip(f"This system has no package {package}, which contains {program}.")
    installed(program, package, *more)
    installed("Xvfb", "xvfb")


def _packaged(package: str) -> bool:
    try:
        with _nobody_else_installs():
            _update()
        return package in run(["apt-cache", "search", "--names-only", f"^{package}$"])
    except OhifbuildError:
        return False


@contextmanager
def programs_hidden() -> Iterator[None]:
    """Hides Orthanc and Chromium for the length of the block, until a test requests them."""
    for name in ORIGINAL_VALUES:
        _set(name, HIDDEN)
    try:
        yield
    finally:
        for name, value in ORIGINAL_VALUES.items():
            _set(name, value)


@contextmanager
def _nobody_else_installs() -> Iterator[None]:
    """Waits for another test run that installs programs, so that none is found that is installed in part only."""
    if not _State.installing.allowed:
        yield
        return
    with (Path(tempfile.gettempdir()) / f"ohifbuild-tests-{os.geteuid()}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _set(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def _found(program: str) -> Path | None:
    return find_program(program) or next((f / program for f in FOLDERS if (f / program).exists()), None)


@functools.cache
def _find_browser() -> None:
    from ohifbuild.core.console import SilentReporter
    from ohifbuild.verification.browser import find_browser

    try:
        with _nobody_else_installs():
            find_browser(SilentReporter(), install=_State.installing.allowed)
    except BrowserMissing as error:
        if _State.installing.allowed or ORIGINAL_VALUES[BROWSER_VARIABLE]:
            pytest.fail(f"{error.what}\n{error.fix}\n{error.details}", pytrace=False)
        _skip(error.what, error.fix)


def _install(what: str, *packages: str) -> None:
    """Installs packages as root or with sudo; if that fails, the test fails and names the command."""
    by_hand = f"sudo apt-get install {' '.join(packages)}"
    if not _State.installing.allowed:
        _skip(f"{what} is missing.", by_hand)
    try:
        _update()
        _apt("install", "--yes", "--no-install-recommends", *packages)
    except OhifbuildError as error:
        pytest.fail(f"These tests need: {by_hand}\n{error.what}\n{error.details}", pytrace=False)


def _skip(what: str, by_hand: str) -> None:
    pytest.skip(f"{what} Install it: {by_hand}. Or let the tests install it: {_State.installing.command}")


@functools.cache
def _update() -> None:
    _apt("update")


def _apt(*words: str) -> None:
    as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    # RUNLEVEL keeps packages from starting services. The lock timeout is for others that install meanwhile.
    settings = ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"]
    run([*as_root, *settings, "apt-get", "-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3", *words])
