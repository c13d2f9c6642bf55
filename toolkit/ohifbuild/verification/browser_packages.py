"""What to install for verify in Firefox and WebKit: the browser, and the virtual screen on which it shows itself."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from ohifbuild.core.errors import BrowserMissing
from ohifbuild.core.processes import find_program
from ohifbuild.verification import system_packages, virtual_screen


def require(name: str, program: Path | None, package: str, playwright: str, environ: Mapping[str, str]) -> None:
    """Checks that a browser and the virtual screen are installed.

    Args:
        name: the browser's name for people.
        program: what was found; None for nothing.
        package: Debian's packages for it, separated by spaces.
        playwright: Playwright's name for it.

    Raises:
        BrowserMissing: one of them is not. Its ``fix`` is the command that installs what is missing.
    """
    lacks_screen = find_program(virtual_screen.PROGRAM, env=environ) is None
    missing = [*([] if program else [name]), *([virtual_screen.PROGRAM] if lacks_screen else [])]
    if not missing:
        return
    packages = [*([] if program else [package]), *([virtual_screen.PACKAGE] if lacks_screen else [])]
    by_playwright = f"{sys.executable} -m playwright install --with-deps {playwright}"
    raise BrowserMissing(
        f"Verify in {name} requires what this machine lacks: {' and '.join(missing)}.",
        cause="Verify installs Chromium by itself, and no other browser.",
        fix=system_packages.command_for(" ".join(packages))
        if system_packages.has_apt(environ)
        else f"Install {' and '.join(missing)}; Playwright's own build: {by_playwright}",
    )
