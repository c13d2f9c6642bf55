"""A screen that exists in memory only. On it Firefox and WebKit render WebGL in software; without a screen they do not.

Observed with Firefox 153 and WebKitGTK 2.50 on Debian 12: headless Firefox refuses WebGL ("exhausted GL driver
options"); with Xvfb both offer WebGL 2 through Mesa's llvmpipe, on which Xvfb depends.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ohifbuild.core.errors import BrowserFailed
from ohifbuild.core.processes import running

PROGRAM = "Xvfb"
PACKAGE = "xvfb"
SIZE = "1400x1000x24"


@contextmanager
def virtual_screen() -> Iterator[Mapping[str, str]]:
    """Yields the environment variables with which programs show themselves on a new screen, until the block ends.

    Raises:
        ToolMissing: Xvfb is not installed.
        BrowserFailed: it does not start.
    """
    # Xvfb chooses a free display and prints its number; -terminate ends it when its last client has gone.
    argv = [PROGRAM, "-displayfd", "1", "-screen", "0", SIZE, "-nolisten", "tcp", "-terminate"]
    with running(argv) as child:
        assert child.stdout is not None
        said: list[str] = []
        for line in child.stdout:
            if line.strip().isdecimal():
                # A Wayland session of the user would have precedence over DISPLAY.
                shared = {k: v for k, v in os.environ.items() if k not in ("WAYLAND_DISPLAY", "XAUTHORITY")}
                yield {**shared, "DISPLAY": f":{line.strip()}", "GDK_BACKEND": "x11", "LIBGL_ALWAYS_SOFTWARE": "1"}
                return
            said.append(line)
    raise BrowserFailed(
        "The virtual screen for the browser does not start.",
        cause="Xvfb ended at once.",
        fix=f"Try it by hand: {PROGRAM} :99 -screen 0 {SIZE}",
        details="".join(said),
    )
