"""Playwright's driver: a program for Node, with a Node of its own that lacks a library on the smallest systems.

Seen with Playwright 1.65 on Debian 12 with nothing but Python, Node and git: its Node wants ``libatomic.so.1``. The
system's Node 18 is too old to take its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import BrowserMissing, ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.verify import system_packages

NODE_VARIABLE = "PLAYWRIGHT_NODEJS_PATH"
"""Playwright's own: https://playwright.dev/python/docs/browsers"""

MISSING_LIBRARY = re.compile(r"error while loading shared libraries: ([^\s:]+)")
PACKAGES = {"libatomic.so.1": "libatomic1"}


def make_driver_run(reporter: Reporter, environ: Mapping[str, str], *, install: bool) -> None:
    """Makes sure that Playwright's driver starts; with ``install``, installs the library that it lacks.

    Raises:
        BrowserMissing: it does not start. Its ``fix`` is the command that mends it.
    """
    missing = _missing_library(environ)
    package = PACKAGES.get(missing, "")
    tried: list[str] = []
    if package and install:
        reporter.say(f"Installing {package} with apt, for Playwright.")
        if system_packages.install(package, environ, tried):
            missing = _missing_library(environ)
    if missing:
        raise BrowserMissing(
            "Playwright, by which verify drives a browser, does not start.",
            cause=f"The system lacks the library {missing}.",
            fix=system_packages.command_for(package)
            if package and system_packages.has_apt(environ)
            else f"Install {missing}.",
            details="\n".join(tried),
        )


def _missing_library(environ: Mapping[str, str]) -> str:
    """The library for lack of which the driver's Node does not start; other faults are Playwright's to report."""
    import playwright  # here, because doctor does without it

    node = Path(environ.get(NODE_VARIABLE) or Path(playwright.__file__).parent / "driver" / "node")
    if not node.is_file():
        return ""
    try:
        run([node, "--version"], env=environ)
    except ToolFailed as error:
        found = MISSING_LIBRARY.search(error.details)
        return found[1] if found else ""
    return ""
