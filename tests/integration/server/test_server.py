from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from ohifbuild.server.archive_rules import RESPONSE_HEADERS_SET
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application, listening


def test_open_transfers_can_end_when_the_server_stops() -> None:
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


def test_internal_errors_are_reported_without_the_request() -> None:
    errors: list[str] = []

    async def broken(_request: web.Request, _tail: str) -> web.StreamResponse:
        raise ZeroDivisionError("s3cret")

    async def run() -> tuple[int, str]:
        app = application(StaticFiles(Path("nowhere"), "/"), "/dicom-web", broken, on_error=errors.append)
        async with listening(app, "127.0.0.1", 0) as origin, aiohttp.ClientSession() as client:
            reply = await client.get(f"{origin}/dicom-web/studies", headers={"token": "s3cret"})
            return reply.status, await reply.text()

    status, text = asyncio.run(run())
    assert status == 500
    assert errors == ["A request failed with an internal error: ZeroDivisionError."]
    assert "s3cret" not in text


def test_range_requests_for_files_are_answered(tmp_path: Path) -> None:
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


async def _plain(_request: web.Request, _tail: str) -> web.StreamResponse:
    return web.Response(text="archive")


def _answered(folder: Path, path: str, headers: dict[str, str], names: tuple[str, ...] = ()) -> tuple[int, str]:
    async def run() -> tuple[int, str]:
        app = application(StaticFiles(folder, "/"), "/dicom-web", _plain, names=names)
        async with listening(app, "127.0.0.1", 0) as origin, aiohttp.ClientSession() as client:
            reply = await client.get(f"{origin}{path}", headers=headers)
            return reply.status, await reply.text()

    (folder / "index.html").write_text("viewer")
    return asyncio.run(run())


@pytest.mark.parametrize("path", ["/", "/viewer", "/dicom-web/studies"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "viewer.example@evil",
        "",
        "a b",
    ],
)
def test_requests_for_an_unknown_host_are_refused(tmp_path: Path, path: str, host: str) -> None:
    status, text = _answered(tmp_path, path, {"Host": host}, ("viewer.example",))
    assert status == 421
    assert "--allowed-host" in text


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8080",
        "localhost.",
        "a.localhost",
        "127.0.0.1:1",
        "[::1]:8080",
        "192.0.2.7",
        "Viewer.Example",
    ],
)
def test_loopback_names_all_addresses_and_allowed_hosts_are_answered(tmp_path: Path, host: str) -> None:
    assert _answered(tmp_path, "/dicom-web/studies", {"Host": host}, ("viewer.example",)) == (200, "archive")


def test_pages_of_other_sites_reach_the_viewer_but_not_the_archive(tmp_path: Path) -> None:
    found = {}
    for site in ("cross-site", "same-site", "same-origin", "none"):
        header = {"Sec-Fetch-Site": site}
        found[site] = [_answered(tmp_path, path, header)[0] for path in ("/viewer", "/dicom-web/studies")]
    assert found == {"cross-site": [200, 403], "same-site": [200, 200], "same-origin": [200, 200], "none": [200, 200]}


def test_every_answer_of_the_archive_is_sandboxed_and_not_stored(tmp_path: Path) -> None:
    async def html(_request: web.Request, _tail: str) -> web.StreamResponse:
        headers = {"Cache-Control": "max-age=9", "Content-Security-Policy": "default-src *"}
        return web.Response(text="<script>1</script>", content_type="text/html", headers=headers)

    async def run() -> None:
        app = application(StaticFiles(tmp_path, "/"), "/dicom-web", html)
        async with listening(app, "127.0.0.1", 0) as origin, aiohttp.ClientSession() as client:
            reply = await client.get(f"{origin}/dicom-web/x")
            headers = {name: reply.headers.getall(name) for name in RESPONSE_HEADERS_SET}
            assert headers == {name: [value] for name, value in RESPONSE_HEADERS_SET.items()}

    asyncio.run(run())
