"""Stands between Playwright and a Firefox that lacks one command of WebDriver BiDi.

Playwright 1.65 sends ``emulation.setMediaFeaturesOverride`` for each new context, whatever its options, and gives up if
the browser does not know it. Firefox ESR 153 does not. The relay answers this command itself and passes on all
others. The colour scheme and the reduced motion that the command would set are preferences of the profile instead.

Playwright starts this file as if it were Firefox, and reads from its standard error where to connect. Like Firefox, the
relay refuses whatever a web page sends: a page in another browser of this machine could drive this one.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Sequence

import aiohttp
from aiohttp import web

LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
ANSWERED_HERE = frozenset({"emulation.setMediaFeaturesOverride"})


def answer(text: str) -> str:
    """The relay's own answer to a command; '' if the browser must answer it."""
    command = json.loads(text)
    if command.get("method") not in ANSWERED_HERE:
        return ""
    return json.dumps({"type": "success", "id": command["id"], "result": {}})


async def relay(argv: Sequence[str]) -> int:
    """Runs Firefox to its end, with the relay before it; returns Firefox's exit status."""
    firefox = await asyncio.create_subprocess_exec(*argv, stderr=asyncio.subprocess.PIPE)
    assert firefox.stderr is not None
    async for line in firefox.stderr:
        text = line.decode("utf-8", "replace")
        found = LISTENS.search(text)
        if found:
            passing_on = asyncio.create_task(_pass_on(firefox.stderr))
            runner = await _serve(found[1])
            status = await firefox.wait()
            await runner.cleanup()
            await passing_on
            return status
        sys.stderr.write(text)
        sys.stderr.flush()
    return await firefox.wait()


async def _pass_on(stream: asyncio.StreamReader) -> None:
    async for line in stream:
        sys.stderr.write(line.decode("utf-8", "replace"))


async def _serve(browser: str) -> web.AppRunner:
    async def handle(request: web.Request) -> web.WebSocketResponse:
        if "Origin" in request.headers:  # every browser sends it with a WebSocket of a page (RFC 6455 4.1)
            raise web.HTTPForbidden
        client = web.WebSocketResponse(max_msg_size=0)
        await client.prepare(request)
        async with aiohttp.ClientSession() as session, session.ws_connect(browser + request.path, max_msg_size=0) as up:
            answers = asyncio.create_task(_copy_answers(up, client))
            async for message in client:
                own = answer(message.data)
                await (client.send_str(own) if own else up.send_str(message.data))
            answers.cancel()
        return client

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    sys.stderr.write(f"WebDriver BiDi listening on ws://127.0.0.1:{port}\n")
    sys.stderr.flush()
    return runner


async def _copy_answers(browser: aiohttp.ClientWebSocketResponse, client: web.WebSocketResponse) -> None:
    async for message in browser:
        await client.send_str(message.data)
    await client.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(relay(sys.argv[1:])))
