"""The archive behind ``soak.py``: it requires a token for searches, and says how many connections it has."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

METADATA = json.dumps([{"00080018": {"vr": "UI", "Value": [f"1.2.{number}"]}} for number in range(40)]).encode()
FRAME = bytes(range(256)) * 2048
LARGE = 256
"""Frames in the answer that slow clients request."""


async def main() -> None:
    """Serves until the process is ended; prints the origin."""
    ended = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        name = request.path.rpartition("/")[2]
        if name == "connections":  # asked on a connection of its own
            return web.json_response(len(server.connections) - 1)
        if name == "metadata":
            return web.Response(body=METADATA, content_type="application/dicom+json")
        if name == "frame":
            return web.Response(body=FRAME, content_type="application/octet-stream")
        if name == "never":
            await ended.wait()
        if name == "large":
            large = web.StreamResponse()
            await large.prepare(request)
            for _ in range(LARGE):
                await large.write(FRAME)
            return large
        return web.Response(status=401)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
    await runner.setup()
    assert runner.server
    server = runner.server
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=512).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
