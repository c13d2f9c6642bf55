"""The dist and an archive on one origin, served on loopback from a thread for the length of a block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from ohifbuild.static import Static
from ohifbuild.verify.archive import routes
from ohifbuild.verify.data.studies import Grant, collection
from ohifbuild.verify.gate import STATUS, Gate
from ohifbuild.verify.model import ReceivedRequest
from ohifbuild.verify.settings import Settings
from ohifbuild.verify.store import Store

START_SECONDS = 20.0


class Site:
    """A running site. ``base_url`` is where the viewer is, public URL included, with a slash at its end."""

    def __init__(self, base_url: str, gate: Gate) -> None:
        self.base_url = base_url
        self._gate = gate

    def received(self) -> tuple[ReceivedRequest, ...]:
        """Every request that the archive has received so far, in the order of arrival."""
        return self._gate.received()


@contextmanager
def site(dist: Path, settings: Settings, grants: Mapping[str, Grant], *, port: int = 0) -> Iterator[Site]:
    """Serves ``dist`` and the embedded archive behind its gate; the archive is under the first of the dist's roots.

    Raises:
        OSError: the port is taken.
    """
    root = urlsplit(settings.roots[0]).path
    gate, store = Gate(settings, grants), Store(collection().instances)
    with running(application(Static(dist, settings), root, gate, routes(store, root)), port=port) as address:
        yield Site(address + settings.public_url, gate)


def application(static: Static, root: str, gate: Gate, archive: list[web.RouteDef]) -> web.Application:
    """The site as an aiohttp application: the archive under ``root``, the viewer everywhere else."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = unquote(request.rel_url.raw_path)
        if path != root and not path.startswith(root + "/"):
            return await handler(request)
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.raw_headers]
        query = {name: request.query.getall(name) for name in request.query}
        decision = gate.decide(path.removeprefix(root), query, headers)
        number = gate.enter(request.method, path, request.rel_url.raw_query_string, headers, decision)
        response = _refusal(decision) if gate.refuses(decision) else await _answered(request, handler)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers["Cache-Control"] = "no-store"
        gate.leave(number, response.status, response.content_length or 0)
        return response

    app = web.Application(middlewares=[guarded])
    app.add_routes(archive)
    app.router.add_route("*", "/{path:.*}", static.handle)
    return app


@contextmanager
def running(app: web.Application, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Runs an application in a thread of its own; gives its address, ``http://host:port``.

    Raises:
        OSError: the port is taken.
    """
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    thread = threading.Thread(target=loop.run_forever, name="ohifbuild-site", daemon=True)
    thread.start()
    try:
        taken = asyncio.run_coroutine_threadsafe(_start(runner, host, port), loop).result(START_SECONDS)
        yield f"http://{host}:{taken}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(START_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _start(runner: web.AppRunner, host: str, port: int) -> int:
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return int(runner.addresses[0][1])


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        return web.Response(status=error.status, text=error.text)


def _refusal(decision: str) -> web.Response:
    response = web.Response(status=STATUS[decision], text=f"Refused: {decision}.")
    if response.status == 401:
        reason = ', error="invalid_token", error_description="The token expired"' if decision == "expired" else ""
        response.headers["WWW-Authenticate"] = f'Token realm="ohifbuild"{reason}'
    return response
