"""Makes verify's work hard on purpose, to see that the proof holds on a busy machine and over a slow line."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from aiohttp import web

from ohifbuild.verification.gate import Archive
from ohifbuild.verification.pace import Pace

# It ends with this process, however that ends: then its standard input is at its end.
HOG = "import os, threading; threading.Thread(target=lambda: os.read(0, 1) or os._exit(0)).start()\nwhile True: pass"


@dataclass(frozen=True)
class Line:
    """A network.

    Args:
        latency: of each request, in milliseconds.
        rate: in both directions, in bytes a second.
    """

    latency: float
    rate: float


@dataclass(frozen=True)
class Stress:
    """What slows a run down.

    Args:
        processor: how many times slower Chromium runs the pages.
        hogs: the number of processes that do nothing but take processor time.
        answer_seconds: for how long the archive keeps each request waiting.
        line: the network of the pages; None for that of this machine.
    """

    processor: float = 1.0
    hogs: int = 0
    answer_seconds: float = 0.0
    line: Line | None = None

    @property
    def pace(self) -> Pace:
        """The pace of pages under it."""
        return Pace(throttle=self.processor)


NONE = Stress()
HARD = Stress(processor=4.0, hogs=os.cpu_count() or 1, answer_seconds=0.2, line=Line(40, 10e6 / 8))
"""What ``verify --stress`` does: a quarter of the processor, a hog for each core, and a line of 10 Mbit/s."""


class SlowArchive:
    """An archive that keeps each request waiting."""

    def __init__(self, archive: Archive, seconds: float) -> None:
        self.name = archive.name
        self._archive = archive
        self._seconds = seconds

    async def open(self) -> None:
        """Opens the archive."""
        await self._archive.open()

    async def close(self) -> None:
        """Closes the archive."""
        await self._archive.close()

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        """Waits, and answers the request."""
        await asyncio.sleep(self._seconds)
        return await self._archive.handle(request, tail)


@contextmanager
def hogs(number: int) -> Iterator[None]:
    """Processes that take processor time for the length of the block."""
    with ExitStack() as running:
        for _ in range(number):
            hog = running.enter_context(subprocess.Popen([sys.executable, "-P", "-c", HOG], stdin=subprocess.PIPE))
            running.callback(hog.kill)
        yield
