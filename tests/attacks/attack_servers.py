"""The servers of an attack: the viewer's server with its archive, and the attacker's. All record their requests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from attacks.hostile_archive import CACHE_CONTROL_OVERRIDE, HostileArchive
from attacks.model import Received
from ohifbuild.contract.grants import Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application, listening
from ohifbuild.verification.gate import Gate

ATTACKER_HOST = "127.0.0.2"
PROTECTIVE_HEADERS = (
    "Content-Security-Policy",
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
)

Value = TypeVar("Value")


class Recorder:
    """Records every request to a server. Thread-safe."""

    def __init__(self) -> None:
        self._requests: list[Received] = []
        self._lock = threading.Lock()

    def record(self, request: Received) -> None:
        """Records a request."""
        with self._lock:
            self._requests.append(request)

    def requests(self, since: int = 0) -> tuple[Received, ...]:
        """Every request from number ``since`` (from 0) on."""
        with self._lock:
            return tuple(self._requests[since:])


class Server:
    """A running server; ``origin`` is ``http://host:port``."""

    def __init__(self, origin: str, recorder: Recorder) -> None:
        self.origin = origin
        self.recorder = recorder


class AttackServers:
    """Starts servers in a thread with its own event loop; all of them run until ``close``."""

    def __init__(self, archive: HostileArchive) -> None:
        self.archive = archive
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._thread = threading.Thread(target=self._loop.run_forever, name="attacks", daemon=True)
        self._thread.start()
        self.evil = self.start(_attackers_application(), ATTACKER_HOST)

    def viewer(self, dist: Path, settings: Settings, tokens: Tokens, *, bare: bool) -> Server:
        """Serves a dist as ``serve`` does; if ``bare``, without protective headers."""
        gate = Gate(tokens, settings)

        async def to_archive(request: web.Request, tail: str) -> web.StreamResponse:
            answer = await self.archive.behaviour(request, tail) if self.archive.behaviour else None
            return answer if answer is not None else await gate.pass_through(request, tail, self.archive)

        app = application(
            StaticFiles(dist, settings.public_url, embed_in=settings.embed_in), settings.dicomweb_root, to_archive
        )
        if bare:
            app.on_response_prepare.append(_remove_protective_headers)
        return self.start(app, "127.0.0.1")

    def start(self, app: web.Application, host: str) -> Server:
        """Runs an application on a free port."""
        recorder = Recorder()
        app.middlewares.append(_recording(recorder))
        return Server(self._await(self._stack.enter_async_context(listening(app, host, 0, grace=0.2))), recorder)

    def close(self) -> None:
        """Stops all servers."""
        self._await(self._stack.aclose())
        self._await(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _await(self, coroutine: Coroutine[Any, Any, Value]) -> Value:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)


@contextmanager
def attack_servers(archive: HostileArchive) -> Iterator[AttackServers]:
    """Runs the servers for the length of the block."""
    servers = AttackServers(archive)
    try:
        yield servers
    finally:
        servers.close()


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _recording(recorder: Recorder) -> Any:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.raw_headers
        )
        body = (await request.read())[:4096].decode("latin-1") if request.can_read_body else ""
        recorder.record(Received(request.method, request.raw_path, headers, body))
        return await handler(request)

    return middleware


async def _remove_protective_headers(_request: web.Request, response: web.StreamResponse) -> None:
    for name in PROTECTIVE_HEADERS:
        response.headers.pop(name, None)
    if CACHE_CONTROL_OVERRIDE in response.headers:
        response.headers["Cache-Control"] = response.headers.pop(CACHE_CONTROL_OVERRIDE)


ATTACKER_PAGES = {
    ".html": ("text/html", "<!doctype html><title>evil</title><script>window.evil = true</script>"),
    ".js": ("text/javascript", "fetch('/ran').catch(() => {}); globalThis.pwned = true;"),
    ".css": ("text/css", "body { background: url(/from-css) }"),
    ".json": ("application/json", "{}"),
}


def _attackers_application() -> web.Application:
    """The attacker's server: it allows every origin and has a page of each type."""

    async def answer(request: web.Request) -> web.StreamResponse:
        suffix = "." + request.path.rpartition(".")[2]
        content_type, text = ATTACKER_PAGES.get(suffix, ("text/plain", "evil"))
        headers = {
            "Access-Control-Allow-Origin": request.headers.get("Origin", "*"),
            "Access-Control-Allow-Headers": request.headers.get("Access-Control-Request-Headers", "*"),
            "Access-Control-Allow-Methods": "*",
            "Access-Control-Allow-Credentials": "true",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        return web.Response(text=text, content_type=content_type, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return app
