"""The proxy between a real client and a real server, both in this process."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from ohifbuild.server import proxy
from ohifbuild.server.proxy import Upstream
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application, listening

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PIECE = b"x" * 65536


@asynccontextmanager
async def proxied(
    handler: Handler, nowhere: Path, *, session: bool = False
) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    """A client and the URL of the proxy's root; ``handler`` answers every request as the archive."""
    behind = web.Application()
    behind.router.add_route("*", "/{path:.*}", handler)
    async with (
        listening(behind, "127.0.0.1", 0) as origin,
        in_front_of(f"{origin}/pacs/dicom-web/", nowhere, session=session) as found,
    ):
        yield found


@asynccontextmanager
async def in_front_of(
    url: str, nowhere: Path, *, session: bool = False
) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    upstream = Upstream(url, session=session)
    await upstream.open()
    app = application(StaticFiles(nowhere, "/"), "/dicom-web", upstream.handle)
    async with listening(app, "127.0.0.1", 0) as origin, aiohttp.ClientSession(auto_decompress=False) as client:
        yield client, f"{origin}/dicom-web"
    await upstream.close()


def test_a_request_reaches_the_archive_unchanged(tmp_path: Path) -> None:
    asked: list[web.Request] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        answer = web.Response(text="hello", headers={"X-Own": "1", "Keep-Alive": "timeout=1", "Set-Cookie": "a=b"})
        answer.headers.add("Warning", "299 here one")
        answer.headers.add("Warning", "299 here two")
        return answer

    async def run() -> None:
        async with proxied(handler, tmp_path) as (client, root):
            path = "/studies?PatientName=%E5%B1%B1%5C*&limit=1&x=a+b%2C"
            headers = {"token": "t0ken", "Connection": "X-Hop", "X-Hop": "1", "TE": "trailers", "Accept": "a/b;q=0.5"}
            async with client.get(URL(root + path, encoded=True), headers=headers) as reply:
                assert (reply.status, await reply.text()) == (200, "hello")
                assert reply.headers.getall("Warning") == ["299 here one", "299 here two"]
                assert reply.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
                assert not {"X-Own", "Keep-Alive", "Set-Cookie"} & set(reply.headers)
            (first,) = asked
            assert first.raw_path == "/pacs/dicom-web" + path
            assert (first.headers["token"], first.headers["Accept"]) == ("t0ken", "a/b;q=0.5")
            assert not {"X-Hop", "TE", "Cookie"} & set(first.headers)
            assert first.headers["Host"] == first.headers["X-Forwarded-Host"] == URL(root).authority
            assert (first.headers["X-Forwarded-For"], first.headers["X-Forwarded-Proto"]) == ("127.0.0.1", "http")

    asyncio.run(run())


def test_the_proxy_adds_no_headers_keeps_no_cookies_unpacks_nothing_and_follows_no_redirect(tmp_path: Path) -> None:
    asked: list[web.Request] = []
    packed = gzip.compress(b"hello")

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        if request.path.endswith("moved"):
            return web.Response(status=302, headers={"Location": "/elsewhere", "Set-Cookie": "session=1"})
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    async def run() -> None:
        async with proxied(handler, tmp_path) as (_, root):
            plain = aiohttp.ClientSession(
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
            )
            async with plain, plain.get(root + "/moved", allow_redirects=False) as moved:
                assert (moved.status, moved.headers.get("Location")) == (502, None)
                async with plain.get(root + "/frame") as frame:
                    assert await frame.read() == packed
        assert [request.path for request in asked] == ["/pacs/dicom-web/moved", "/pacs/dicom-web/frame"]
        for name in ("Cookie", "Accept", "Accept-Encoding", "User-Agent", "Content-Type"):
            assert name not in asked[1].headers

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "given"),
    [
        *((status, status) for status in (200, 206, 304, 401, 404, 503, 599)),
        *((status, 502) for status in (300, 301, 302, 303, 305, 306, 307, 308, 600, 999)),
    ],
)
def test_final_answers_come_as_they_are_and_redirects_and_invalid_ones_are_gateway_errors(
    tmp_path: Path, status: int, given: int
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": "/elsewhere"}, body=b"" if status == 304 else b"x")

    async def run() -> None:
        async with (
            proxied(handler, tmp_path) as (client, root),
            client.get(root + "/studies", allow_redirects=False) as reply,
        ):
            assert (reply.status, reply.headers.get("Location")) == (given, None)
            if given != status:
                assert reply.headers["Cache-Control"] == "no-store"
                assert (await reply.text()).startswith("The archive ")

    asyncio.run(run())


@pytest.mark.parametrize(("session", "challenge"), [(False, "Bearer"), (True, 'Basic realm="x"')])
def test_only_an_archive_with_the_browsers_session_may_ask_for_a_password(
    tmp_path: Path, session: bool, challenge: str
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        cookies = request.headers.get("Cookie", "")
        return web.Response(status=401, text=cookies, headers={"WWW-Authenticate": 'Basic realm="x"'})

    async def run() -> None:
        async with (
            proxied(handler, tmp_path, session=session) as (client, root),
            client.get(root + "/studies", headers={"Cookie": "a=b"}) as reply,
        ):
            assert reply.headers["WWW-Authenticate"] == challenge
            assert await reply.text() == ("a=b" if session else "")

    asyncio.run(run())


@pytest.mark.parametrize(
    ("asked", "there"),
    [("/studies", "/studies"), ("/studies?", "/studies"), ("/studies?a=?b", "/studies?a=?b")],
)
def test_path_and_query_reach_the_archive_as_they_are_written(tmp_path: Path, asked: str, there: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(text=request.raw_path)

    async def run() -> None:
        async with (
            proxied(handler, tmp_path) as (client, root),
            client.get(URL(root + asked, encoded=True)) as reply,
        ):
            assert await reply.text() == "/pacs/dicom-web" + there

    asyncio.run(run())


def test_answers_are_streamed_as_they_come(tmp_path: Path) -> None:
    async def run() -> None:
        seen = asyncio.Event()

        async def handler(request: web.Request) -> web.StreamResponse:
            answer = web.StreamResponse()
            await answer.prepare(request)
            await answer.write(PIECE)
            await seen.wait()  # for ever, if the proxy waited for the whole
            await answer.write(PIECE)
            return answer

        async with proxied(handler, tmp_path) as (client, root), client.get(root + "/frame") as reply:
            assert await reply.content.readexactly(len(PIECE)) == PIECE
            seen.set()
            assert await reply.read() == PIECE

    asyncio.run(run())


def test_the_archive_is_read_no_faster_than_the_client_reads(tmp_path: Path) -> None:
    pieces, ahead = 4096, 0  # 256 MB in all

    async def run() -> None:
        nonlocal ahead
        sent = read = 0

        async def handler(request: web.Request) -> web.StreamResponse:
            nonlocal sent
            answer = web.StreamResponse()
            await answer.prepare(request)
            for _ in range(pieces):
                await answer.write(PIECE)
                sent += len(PIECE)
            return answer

        async with proxied(handler, tmp_path) as (client, root), client.get(root + "/frame") as reply:
            while piece := await reply.content.readany():
                read += len(piece)
                for _ in range(20):  # turns in which others could go on
                    await asyncio.sleep(0)
                ahead = max(ahead, sent - read)
        assert read == pieces * len(PIECE)

    asyncio.run(run())
    # What four sockets' buffers and three programs hold, and not the whole.
    assert ahead < 64 * 1024 * 1024


def test_the_body_of_a_request_is_not_sent_to_the_archive(tmp_path: Path) -> None:
    asked: list[tuple[bool, set[str]]] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append((request.can_read_body, {name for name in request.headers if name.startswith("Content-")}))
        return web.Response()

    async def run() -> None:
        async with (
            proxied(handler, tmp_path) as (client, root),
            client.get(root + "/studies", data=PIECE) as reply,
        ):
            assert reply.status == 200

    asyncio.run(run())
    assert asked == [(False, set())]


def test_ranges_and_lengths_come_from_the_archive(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        (tmp_path / "video").write_bytes(PIECE)
        return web.FileResponse(tmp_path / "video")

    async def run() -> None:
        async with proxied(handler, tmp_path) as (client, root):
            async with client.get(root + "/v", headers={"Range": "bytes=10-19"}) as part:
                assert (part.status, part.headers["Content-Range"]) == (206, f"bytes 10-19/{len(PIECE)}")
                assert len(await part.read()) == 10
            async with client.head(root + "/v") as head:
                assert (head.status, head.headers["Content-Length"]) == (200, str(len(PIECE)))

    asyncio.run(run())


@pytest.mark.parametrize("chunked", [True, False])
def test_the_client_sees_that_an_answer_is_incomplete(tmp_path: Path, chunked: bool) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        if not chunked:
            answer.content_length = 2 * len(PIECE)
        await answer.prepare(request)
        await answer.write(PIECE)
        assert request.transport is not None
        request.transport.close()
        return answer

    async def run() -> None:
        async with proxied(handler, tmp_path) as (client, root):
            with pytest.raises(aiohttp.ClientError):
                async with client.get(root + "/frame") as reply:
                    await reply.read()

    asyncio.run(run())


def test_a_silent_archive_is_a_gateway_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "SILENCE_SECONDS", 0.2)

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("frame"):
            answer = web.StreamResponse()
            await answer.prepare(request)
            await answer.write(PIECE)
        await asyncio.Event().wait()
        return web.Response()

    async def run() -> None:
        async with proxied(handler, tmp_path) as (client, root):
            async with client.get(root + "/studies") as nothing:
                assert nothing.status == 504
            with pytest.raises(aiohttp.ClientError):
                async with client.get(root + "/frame") as half:
                    await half.read()

    asyncio.run(run())


def test_the_error_for_an_unreachable_archive_does_not_repeat_the_token(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    async def run() -> None:
        async with (
            in_front_of(f"http://127.0.0.1:{port}/dicom-web", tmp_path) as (client, root),
            client.get(root + "/studies", headers={"token": "s3cret"}) as reply,
        ):
            text = await reply.text()
            assert (reply.status, reply.headers["Cache-Control"]) == (502, "no-store")
            assert "cannot be reached" in text
            assert "s3cret" not in text + str(reply.headers)

    asyncio.run(run())
