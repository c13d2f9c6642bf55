"""Checks of this machine: the programs, space and network that builds, verify and servers need."""

from __future__ import annotations

import platform
import re
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ohifbuild.cache.entries import CACHE_VARIABLE, Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import OhifbuildError, VerifyNotInstalled
from ohifbuild.core.processes import find_program, output
from ohifbuild.doctor.disk_space import free_space, memory
from ohifbuild.doctor.findings import Check, Finding, Report, report
from ohifbuild.doctor.network import git_remote, npm_registry, python_index
from ohifbuild.orthanc.find import check_version, find_orthanc
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.tools.toolchain import node_tools, satisfies
from ohifbuild.verification.browser import find_browser
from ohifbuild.verification.packages import require_packages

OLDEST_GIT = (2, 31)
VERSION = re.compile(r"\d+(?:\.\d+)+")
CHANNEL = "v3-stable"

CAUSES = {"npm": ("node",)}


def examine(cache: Cache, folder: Path) -> Report:
    """Checks this machine; all checks run at the same time.

    Args:
        cache: the cache that builds use.
        folder: where dists will be written.
    """
    stopped = threading.Event()
    checks: tuple[Callable[[], Finding], ...] = (
        python,
        lambda: node(cache),
        git,
        browser,
        orthanc,
        lambda: free_space(
            "cache", "Cache", cache.root, f"Use a folder on another disk: export {CACHE_VARIABLE}=FOLDER"
        ),
        lambda: free_space("output", "Output folder", folder, "Write to another disk: ohifbuild build --output FOLDER"),
        memory,
        lambda: npm_registry(cache, stopped),
        lambda: python_index(stopped),
        lambda: git_remote(stopped),
    )
    with ThreadPoolExecutor(len(checks)) as pool:
        try:
            findings = list(pool.map(lambda check: check(), checks))
        finally:
            stopped.set()
    return report(f"This machine ({platform.platform(terse=True)})", findings, causes=CAUSES)


def python() -> Finding:
    """The Python that runs ohifbuild; an unsupported version could not have started it."""
    return Check("python", "Python").right(f"{platform.python_version()} ({sys.executable})")


def node(cache: Cache) -> Finding:
    """Node and npm: those of the system, or private ones of an earlier build."""
    check = Check("node", "Node, npm")
    try:
        tools = node_tools(cache, SilentReporter(), offline=True)
    except OhifbuildError as error:
        effect = "A build downloads a private Node from nodejs.org or PyPI, if it can reach them."
        return check.note(f"{error.what}", effect, error.fix)
    required = find_release(CHANNEL, catalogue()).node
    found = f"{tools.version} ({tools.node})"
    if not satisfies(tools.version, required):
        return check.note(
            f"{found}; a build of {CHANNEL} from source requires {required}.",
            "A build from source downloads a private Node; everything else works.",
        )
    return check.right(found)


def git() -> Finding:
    """git, which only builds from source need."""
    check = Check("git", "git")
    program = find_program("git")
    effect, fix = "Builds from source are impossible; builds of published releases work.", "sudo apt-get install git"
    if program is None:
        return check.note("git is not installed.", effect, fix)
    version = _version([program, "--version"])
    if tuple(map(int, version.split(".")[:2])) < OLDEST_GIT:
        return check.note(f"git {version} is too old; 2.31 or newer is required.", effect, fix)
    return check.right(f"{version} ({program})")


def browser() -> Finding:
    """A Chromium for verify that starts."""
    check = Check("browser", "Browser")
    try:
        require_packages()
        found = find_browser(SilentReporter(), install=False)
        version = _version([found.executable, "--version"])
    except VerifyNotInstalled as error:
        return check.note(error.what, "Builds here need --no-verify; run verify on another machine.", error.fix)
    except OhifbuildError as error:
        effect = "ohifbuild verify needs it, and so do builds without --no-verify."
        return check.wrong(f"{error.what} {error.cause}", effect, error.fix)
    return check.right(f"Chromium {version} ({found.executable})")


def orthanc() -> Finding:
    """Orthanc and its plugins, which are only needed to test a dist with Orthanc on this machine."""
    check = Check("orthanc", "Orthanc")
    try:
        found = find_orthanc()
        version = _version([found.program, "--version"])
        check_version(version)
    except OhifbuildError as error:
        return check.note(error.what, "Orthanc is optional: verify has an embedded archive.", error.fix)
    return check.right(f"{version} with DICOMweb and Python plugins ({found.program})")


def _version(command: list[str | Path]) -> str:
    """The first version number in a program's output."""
    found = VERSION.search(output(command))
    return found[0] if found else "0.0"
