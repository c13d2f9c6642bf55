"""Measures the line itself before the visits: a table must not rest on a throttle that does not throttle."""

from __future__ import annotations

import asyncio
import time

from aiohttp import ClientSession, web

from ohifbuild.server.web_server import listening
from visits.line import Line
from visits.throttle import throttled

SECONDS_OF_DOWNLOAD = 2.0


def line_check(line: Line) -> str:
    """Downloads something over the line, and says at which rate and after how long its first byte came."""
    if line.megabits is None:
        return ""
    size = int(line.bytes_per_second * SECONDS_OF_DOWNLOAD)
    return asyncio.run(_check(line, bytes(size)))


async def _check(line: Line, body: bytes) -> str:
    app = web.Application()

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body)

    app.router.add_get("/", answer)
    async with listening(app, "127.0.0.1", 0) as origin:
        with throttled(line, origin) as address:
            began = time.monotonic()
            async with ClientSession() as session, session.get(address) as response:
                first = time.monotonic()
                await response.read()
                ended = time.monotonic()
    megabits = len(body) / 125_000 / (ended - first)
    return (
        f"A download of {len(body) / 1e6:.1f} MB over this line ran at {megabits:.2f} Mbit/s. "
        f"Its first byte came after {(first - began) * 1000:.0f} ms on a new connection."
    )
