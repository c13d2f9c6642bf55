"""What the server does with clients that are slow, silent or gone, and when its places are taken."""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from aiohttp import web

from ohifbuild.server import clients, proxy, web_server
from ohifbuild.server.proxy import Upstream
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application, listening
from soak import soak

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
PIECE = b"x" * 65536
HOST = b"Host: 127.0.0.1\r\n"
HASHED = "app.0123456789abcdef.js"


class Archive:
    """An archive: ``never`` is answered when ``go_on`` is set, ``endless`` without end; ``gone`` counts who left."""

    def __init__(self) -> None:
        self.go_on, self.asked, self.gone = asyncio.Event(), asyncio.Queue[str](), asyncio.Queue[str]()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.path.rpartition("/")[2]
        self.asked.put_nowait(name)
        try:
            if name == "never":
                await self.go_on.wait()
            if name == "endless":
                answer = web.StreamResponse()
                await answer.prepare(request)
                while True:
                    await answer.write(PIECE)
            return web.Response(text="answer")
        except (asyncio.CancelledError, ConnectionError):
            self.gone.put_nowait(name)
            raise


class Served:
    """A server with a dist and an archive behind it."""

    def __init__(self, port: int, archive: Archive) -> None:
        self.port, self.archive = port, archive

    async def connect(self) -> Streams:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.port))
        return await asyncio.open_connection(sock=sock, limit=1024)

    async def ask(self, path: str) -> Streams:
        reader, writer = await self.connect()
        writer.write(b"GET " + path.encode() + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        return reader, writer

    async def answer(self, path: str) -> bytes:
        """The head of the answer to a request on a connection of its own."""
        reader, writer = await self.ask(path)
        try:
            return await reader.readuntil(b"\r\n\r\n")
        finally:
            writer.close()


@asynccontextmanager
async def served(dist: Path) -> AsyncIterator[Served]:
    (dist / "index.html").write_text("viewer")
    archive, behind = Archive(), web.Application()
    behind.router.add_route("*", "/{path:.*}", archive.handle)
    async with listening(behind, "127.0.0.1", 0) as there:
        upstream = Upstream(f"{there}/dicom-web")
        await upstream.open()
        app = application(StaticFiles(dist, "/"), "/dicom-web", upstream.handle)
        async with listening(app, "127.0.0.1", 0, grace=0.2) as origin:
            yield Served(urlsplit(origin).port or 0, archive)
        await upstream.close()


def test_a_request_that_does_not_end_ends_its_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(web_server.OPTIONS, "keepalive_timeout", 0.5)

    async def run() -> None:
        async with served(tmp_path) as server:
            for start in (b"", b"GET /view", b"GET / HTTP/1.1\r\n" + HOST + b"X-A: "):
                reader, writer = await server.connect()
                writer.write(start)
                assert await reader.read() == b""
                writer.close()

    asyncio.run(run())


def test_a_body_that_does_not_end_ends_its_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(web_server.OPTIONS, "lingering_time", 0.2)

    async def run() -> None:
        async with served(tmp_path) as server:
            reader, writer = await server.connect()
            writer.write(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\nx")
            assert (await reader.read()).startswith(b"HTTP/1.1 405 ")
            writer.close()

    asyncio.run(run())


def test_a_handshake_that_does_not_end_ends_its_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "HANDSHAKE_SECONDS", 0.2)
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")

    async def run() -> None:
        async with listening(web.Application(), "127.0.0.1", 0, ssl_context=context) as origin:
            reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(origin).port)
            assert await reader.read() == b""
            writer.close()

    asyncio.run(run())


def test_a_client_that_takes_nothing_of_an_answer_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "UNREAD_SECONDS", 1)

    async def run() -> None:
        async with served(tmp_path) as server:
            _, writer = await server.ask("/dicom-web/studies/1/endless")
            assert await server.archive.gone.get() == "endless"
            writer.close()

    asyncio.run(run())


@pytest.mark.parametrize("name", ["never", "endless"])
def test_a_client_that_has_gone_ends_its_request_to_the_archive(tmp_path: Path, name: str) -> None:
    async def run() -> None:
        async with served(tmp_path) as server:
            _, writer = await server.ask(f"/dicom-web/studies/1/{name}")
            await server.archive.asked.get()
            writer.transport.abort()
            assert await server.archive.gone.get() == name

    asyncio.run(run())


def test_clients_that_read_nothing_do_not_keep_others_from_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "CONNECTIONS", 2)

    async def run() -> None:
        async with served(tmp_path) as server:
            held = [await server.ask("/dicom-web/studies/1/endless") for _ in range(2)]
            for _ in held:
                await server.archive.asked.get()
            assert (await server.answer("/dicom-web/studies/1/small")).startswith(b"HTTP/1.1 200 ")
            assert server.archive.gone.qsize() == 1
            for _, writer in held:
                writer.close()

    asyncio.run(run())


def test_clients_that_wait_for_the_archive_keep_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "CONNECTIONS", 2)

    async def run() -> None:
        async with served(tmp_path) as server:
            waiting, writer = await server.ask("/dicom-web/studies/1/never")
            await server.archive.asked.get()
            held = [await server.ask("/dicom-web/studies/1/endless") for _ in range(3)]
            for _ in held:  # each takes the place of the one before
                await server.archive.asked.get()
            server.archive.go_on.set()
            assert (await waiting.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            for _, each in (*held, (waiting, writer)):
                each.close()

    asyncio.run(run())


def test_silent_clients_do_not_keep_others_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "most_connections", lambda: 4)

    async def run() -> None:
        async with served(tmp_path) as server:
            waiting, writer = await server.ask("/dicom-web/studies/1/never")
            await server.archive.asked.get()
            silent = [await server.connect() for _ in range(10)]
            for _ in range(3):
                assert (await server.answer("/")).startswith(b"HTTP/1.1 200 ")
            server.archive.go_on.set()
            assert (await waiting.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            for _, each in (*silent, (waiting, writer)):
                each.close()

    asyncio.run(run())


def test_a_listed_file_that_cannot_be_opened_is_an_error_that_no_cache_keeps(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(tmp_path) as server:
            (tmp_path / HASHED).write_text("1")
            assert b"immutable" in await server.answer(f"/{HASHED}")
            (tmp_path / HASHED).unlink()
            answer = await server.answer(f"/{HASHED}")
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"no-store" in answer
            assert b"immutable" not in answer

    asyncio.run(run())


def test_an_archive_that_says_its_headers_without_end_is_a_gateway_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "SILENCE_SECONDS", 0.5)

    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX-A: ")
        try:
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            writer.close()

    async def run() -> None:
        (tmp_path / "index.html").write_text("viewer")
        async with await asyncio.start_server(endless, "127.0.0.1", 0) as there:
            upstream = Upstream(f"http://127.0.0.1:{there.sockets[0].getsockname()[1]}/dicom-web")
            await upstream.open()
            app = application(StaticFiles(tmp_path, "/"), "/dicom-web", upstream.handle)
            async with listening(app, "127.0.0.1", 0, grace=0.2) as origin:
                answer = await Served(urlsplit(origin).port or 0, Archive()).answer("/dicom-web/studies/1")
                assert answer.startswith(b"HTTP/1.1 504 ")
            await upstream.close()

    asyncio.run(run())


COUNT = """
import resource, sys
from ohifbuild.server.clients import allow_more_descriptors, most_connections
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
allow_more_descriptors()
print(most_connections(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "expected"),
    [(256, 256, "64 256"), (256, 1024, "448 1024"), (64, 64, "8 64"), (256, 4096, "1024 2176")],
)
def test_the_number_of_connections_follows_the_limit_of_descriptors(soft: int, hard: int, expected: str) -> None:
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < hard:
        pytest.skip(f"This machine permits fewer than {hard} descriptors.")
    done = subprocess.run(
        [sys.executable, "-c", COUNT, str(soft), str(hard)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == expected


def test_good_clients_are_served_while_others_are_slow_half_open_or_leave() -> None:
    found = soak(2000, 60, 24)
    assert found.broken_rules() == []
    assert found.requests == len(found.latencies) == 2000
    assert all(found.bad.values())


def test_good_clients_are_served_when_others_could_use_up_all_descriptors() -> None:
    found = soak(100, 60, 50, descriptors=160, reconnect=True)
    assert found.broken_rules() == []
    assert found.requests == 100
    assert found.cut["nothing sent"]
