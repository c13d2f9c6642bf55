"""What a machine has of what a build, a proof and a server need."""

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
from ohifbuild.doctor.disk_space import memory, room
from ohifbuild.doctor.findings import Check, Finding, Report, report
from ohifbuild.doctor.network import git_remote, npm_registry, python_index
from ohifbuild.orthanc.find import check_version, find_orthanc
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.tools.toolchain import node_tools, satisfies
from ohifbuild.verify.browser import find_browser
from ohifbuild.verify.packages import require_packages

OLDEST_GIT = (2, 31)
VERSION = re.compile(r"\d+(?:\.\d+)+")
CHANNEL = "v3-stable"

FOLLOWS = {"npm": ("node",)}


def examine(cache: Cache, folder: Path) -> Report:
    """What is right and what is wrong with this machine; takes as long as the slowest check.

    Args:
        folder: where dists will be written.
    """
    stopped = threading.Event()
    checks: tuple[Callable[[], Finding], ...] = (
        python,
        lambda: node(cache),
        git,
        browser,
        orthanc,
        lambda: room("cache", "Cache", cache.root, f"Name a folder on another disk: export {CACHE_VARIABLE}=FOLDER"),
        lambda: room("output", "Output folder", folder, "Write to another disk: ohifbuild build --output FOLDER"),
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
    return report(f"This machine ({platform.platform(terse=True)})", findings, follows=FOLLOWS)


def python() -> Finding:
    """The Python that ohifbuild runs in; an older one could not have started it."""
    return Check("python", "Python").right(f"{platform.python_version()} ({sys.executable})")


def node(cache: Cache) -> Finding:
    """Node and npm, of the system or private ones made earlier."""
    about = Check("node", "Node, npm")
    try:
        tools = node_tools(cache, SilentReporter(), offline=True)
    except OhifbuildError as error:
        effect = "A build fetches a Node of its own, from its makers or from PyPI, where it can."
        return about.note(f"{error.what}", effect, error.fix)
    needs = find_release(CHANNEL, catalogue()).node
    seen = f"{tools.version} ({tools.node})"
    if not satisfies(tools.version, needs):
        return about.note(
            f"{seen}; to build {CHANNEL} from source it has to be {needs}.",
            "A build from source fetches a Node of its own; all else works.",
        )
    return about.right(seen)


def git() -> Finding:
    """git, which only a build from source needs."""
    about = Check("git", "git")
    program = find_program("git")
    effect, fix = "Builds from source are not possible; published releases are.", "sudo apt-get install git"
    if program is None:
        return about.note("There is none.", effect, fix)
    version = _version([program, "--version"])
    if tuple(map(int, version.split(".")[:2])) < OLDEST_GIT:
        return about.note(f"{version} is too old: it has to be 2.31 or newer.", effect, fix)
    return about.right(f"{version} ({program})")


def browser() -> Finding:
    """A Chromium for verify, that starts."""
    about = Check("browser", "Browser")
    try:
        require_packages()
        found = find_browser(SilentReporter(), install=False)
        version = _version([found.executable, "--version"])
    except VerifyNotInstalled as error:
        return about.note(error.what, "Viewers are built here with --no-verify, and proven elsewhere.", error.fix)
    except OhifbuildError as error:
        effect = "Nothing can be proven: ohifbuild verify needs it, and so does a build, but with --no-verify."
        return about.wrong(f"{error.what} {error.cause}", effect, error.fix)
    return about.right(f"Chromium {version} ({found.executable})")


def orthanc() -> Finding:
    """Orthanc and its plugins, which only those need who try a dist with one on this machine."""
    about = Check("orthanc", "Orthanc")
    try:
        found = find_orthanc()
        version = _version([found.program, "--version"])
        check_version(version)
    except OhifbuildError as error:
        return about.note(error.what, "It is optional: verify has an archive of its own.", error.fix)
    return about.right(f"{version} with DICOMweb and Python plugins ({found.program})")


def _version(command: list[str | Path]) -> str:
    """The first version that a program names."""
    found = VERSION.search(output(command))
    return found[0] if found else "0.0"
