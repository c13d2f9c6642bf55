"""Installs the library that Playwright's own Node lacks on minimal systems.

Observed with Playwright 1.65 on Debian 12 with only Python, Node and git: its Node requires ``libatomic.so.1``. The
system's Node 18 is too old to replace it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import BrowserMissing, ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.verification import system_packages

NODE_VARIABLE = "PLAYWRIGHT_NODEJS_PATH"
"""Playwright's variable for another Node: https://playwright.dev/python/docs/browsers"""

MISSING_LIBRARY = re.compile(r"error while loading shared libraries: ([^\s:]+)")
PACKAGES = {"libatomic.so.1": "libatomic1"}


def make_driver_run(reporter: Reporter, environ: Mapping[str, str], *, install: bool) -> None:
    """Makes sure that Playwright's driver starts; with ``install``, installs the library that it lacks.

    Raises:
        BrowserMissing: it does not start. Its ``fix`` is the command that installs the library.
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
            "Playwright, which verify uses to control the browser, does not start.",
            cause=f"The system lacks the library {missing}.",
            fix=system_packages.command_for(package)
            if package and system_packages.has_apt(environ)
            else f"Install {missing}.",
            details="\n".join(tried),
        )


def _missing_library(environ: Mapping[str, str]) -> str:
    """The library that the driver's Node lacks; '' if it starts, or fails for a reason that Playwright reports."""
    import playwright  # here, because doctor does not need it

    node = Path(environ.get(NODE_VARIABLE) or Path(playwright.__file__).parent / "driver" / "node")
    if not node.is_file():
        return ""
    try:
        run([node, "--version"], env=environ)
    except ToolFailed as error:
        found = MISSING_LIBRARY.search(error.details)
        return found[1] if found else ""
    return ""
