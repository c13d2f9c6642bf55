"""Lets a fault happen at a chosen call of the file system in one process of ohifbuild.

Python loads this module at its start if its folder is on the path. ``OHIFBUILD_FAULT`` says what happens, when, and
where, as JSON: see ``Fault`` in ``faults/child.py``. Calls are counted as Python's audit events, before they happen.
"""

from __future__ import annotations

import atexit
import errno
import json
import os
import sys
from pathlib import Path
from typing import Any

WRITES = (
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.utime",
    "os.truncate",
)
WITHOUT_PATHS = ("subprocess.Popen", "fcntl.flock")


def install() -> None:
    """Installs the fault that the environment names, for this process only."""
    given = json.loads(os.environ.pop("OHIFBUILD_FAULT"))
    places = tuple(given["places"])
    events = frozenset(given["events"])
    seen = 0

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if not counts(event, arguments):
            return
        seen += 1
        if seen == given["number"] or (given["lasting"] and seen > given["number"] > 0):
            happen(event, arguments)

    def counts(event: str, arguments: tuple[Any, ...]) -> bool:
        if events and event not in events:
            return False
        if event in WITHOUT_PATHS:
            return True
        if event == "open":
            path, _, flags = arguments
            reads = not (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            return (
                isinstance(path, (str, bytes)) and os.fsdecode(path).startswith(places) and not (reads and not events)
            )
        return event in WRITES and any(
            isinstance(each, (str, bytes)) and os.fsdecode(each).startswith(places) for each in arguments
        )

    def happen(event: str, arguments: tuple[Any, ...]) -> None:
        if given["signal"]:
            os.kill(os.getpid(), given["signal"])
        elif given["clock"]:
            Path(os.environ["FAKETIME_TIMESTAMP_FILE"]).write_text(given["clock"], encoding="ascii")
        else:
            number = getattr(errno, given["error"])
            path = next((each for each in arguments if isinstance(each, str)), None)
            raise OSError(number, os.strerror(number), path)

    def report() -> None:
        Path(given["report"]).write_text(str(seen), encoding="ascii")

    if given["report"]:
        atexit.register(report)
    sys.addaudithook(audit)


if "OHIFBUILD_FAULT" in os.environ and "ohifbuild" in sys.orig_argv:
    install()
