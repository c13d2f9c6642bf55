from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
from aiohttp import web

from ohifbuild.server import application, listening
from ohifbuild.static import StaticFiles


def test_transfers_under_way_may_end_when_the_server_stops() -> None:
    async def run() -> bytes:
        stopped = asyncio.Event()

        async def handler(request: web.Request) -> web.StreamResponse:
            answer = web.StreamResponse()
            await answer.prepare(request)
            await answer.write(b"first ")
            await stopped.wait()
            await answer.write(b"last")
            return answer

        async def until_it_listens_no_more(port: int) -> None:
            try:
                while True:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
            except OSError:
                stopped.set()

        app = web.Application()
        app.router.add_get("/", handler)
        async with aiohttp.ClientSession() as client:
            async with listening(app, "127.0.0.1", 0, grace=20) as origin:
                reply = await client.get(origin)
                assert await reply.content.readexactly(6) == b"first "
                watch = asyncio.create_task(until_it_listens_no_more(reply.url.port or 0))
            rest = await reply.read()
            await watch
            return rest

    assert asyncio.run(run()) == b"last"


def test_defects_are_told_and_nothing_of_the_request() -> None:
    told: list[str] = []

    async def broken(_request: web.Request, _tail: str) -> web.StreamResponse:
        raise ZeroDivisionError("s3cret")

    async def run() -> tuple[int, str]:
        app = application(StaticFiles(Path("nowhere"), "/"), "/dicom-web", broken, tell=told.append)
        async with listening(app, "127.0.0.1", 0) as origin, aiohttp.ClientSession() as client:
            reply = await client.get(f"{origin}/dicom-web/studies", headers={"token": "s3cret"})
            return reply.status, await reply.text()

    status, text = asyncio.run(run())
    assert status == 500
    assert told == ["A request could not be answered: ZeroDivisionError."]
    assert "s3cret" not in text


def test_a_part_of_a_file_can_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("viewer")
    (tmp_path / "clip.mp4").write_bytes(bytes(range(256)) * 100)
    (tmp_path / "clip.mp4.gz").write_bytes(b"another form of it")

    async def run() -> None:
        app = application(StaticFiles(tmp_path, "/"), "/dicom-web", no_archive)
        async with listening(app, "127.0.0.1", 0) as origin, aiohttp.ClientSession(auto_decompress=False) as client:
            whole = {"Accept-Encoding": "identity"}
            async with client.get(f"{origin}/clip.mp4", headers={**whole, "Range": "bytes=254-257"}) as part:
                assert (part.status, part.headers["Content-Range"]) == (206, "bytes 254-257/25600")
                assert await part.read() == b"\xfe\xff\x00\x01"
            async with client.get(f"{origin}/clip.mp4", headers={**whole, "Range": "bytes=-2"}) as end:
                assert await end.read() == b"\xfe\xff"
            async with client.get(f"{origin}/clip.mp4", headers={**whole, "Range": "bytes=25600-"}) as beyond:
                assert beyond.status == 416

    async def no_archive(_request: web.Request, _tail: str) -> web.StreamResponse:
        return web.Response(status=404)

    asyncio.run(run())
