"""The embedded archive as one that takes its time before it answers a request for metadata."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from ohifbuild.verification.embedded_archive import EmbeddedArchive


class SlowMetadata:
    """An embedded archive that waits before it answers ``…/metadata``, as one with a slow disk does.

    Args:
        files: the folder of the DICOM files.
        seconds: how long it waits.
    """

    name = "embedded"

    def __init__(self, files: Path, seconds: float) -> None:
        self._archive = EmbeddedArchive(files)
        self.seconds = seconds

    async def open(self) -> None:
        """Opens the archive."""
        await self._archive.open()

    async def close(self) -> None:
        """Closes the archive."""
        await self._archive.close()

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        """Answers a request, if it is for metadata after the wait."""
        if tail.endswith("/metadata"):
            await asyncio.sleep(self.seconds)
        return await self._archive.handle(request, tail)
