from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from ohifbuild.core.errors import ArchiveUnreachable
from ohifbuild.server.archive_probe import check_archive
from ohifbuild.server.web_server import listening

Answer = Callable[[], web.Response]


async def asked(answer: Answer) -> bool:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return answer()

    app = web.Application()
    app.router.add_get("/dicom-web/studies", handler)
    async with listening(app, "127.0.0.1", 0) as origin:
        return await check_archive(f"{origin}/dicom-web/")


@pytest.mark.parametrize(
    ("answer", "requires_token"),
    [
        (lambda: web.json_response([]), False),
        (lambda: web.Response(text="[{}]", content_type="application/dicom+json"), False),
        (lambda: web.Response(status=204), False),
        (lambda: web.Response(status=401), True),
        (lambda: web.Response(status=403, text="<html>no</html>", content_type="text/html"), True),
    ],
)
def test_the_probe_finds_whether_an_archive_requires_a_token(answer: Answer, requires_token: bool) -> None:
    assert asyncio.run(asked(answer)) is requires_token


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (lambda: web.Response(text="<!doctype html>", content_type="text/html"), "web page"),
        (lambda: web.Response(status=404), "404"),
        (lambda: web.Response(status=302, headers={"Location": "https://login.example/a?b=c"}), "login.example/a."),
        (lambda: web.Response(status=500), "500"),
        (lambda: web.json_response({"not": "a list"}), "200"),
    ],
)
def test_the_error_names_why_an_answer_is_not_dicomweb(answer: Answer, cause: str) -> None:
    with pytest.raises(ArchiveUnreachable) as failure:
        asyncio.run(asked(answer))
    assert cause in failure.value.cause
    assert failure.value.fix


async def answered_with(line: bytes, url: str) -> bool:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(line)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        return await check_archive(url.format(server.sockets[0].getsockname()[1]))


@pytest.mark.parametrize(
    ("check", "cause"),
    [
        (lambda: check_archive(f"http://127.0.0.1:{free_port()}/dicom-web"), "refused"),
        (lambda: check_archive("http://no-such-host.invalid/dicom-web"), "no-such-host.invalid"),
        (lambda: check_archive("ftp://archive.example"), "not an http"),
        (lambda: answered_with(b"\x02\0\0\0 DICOM\r\n\r\n", "http://127.0.0.1:{}/dicom-web"), "HTTP"),
        (lambda: answered_with(b"", "http://127.0.0.1:{}/dicom-web"), "closed"),
        (lambda: answered_with(b"HTTP/1.1 400 Bad\r\n\r\n", "https://127.0.0.1:{}/dicom-web"), "TLS"),
    ],
)
def test_the_error_names_why_nothing_answers(check: Callable[[], Awaitable[bool]], cause: str) -> None:
    async def run() -> None:
        await check()

    with pytest.raises(ArchiveUnreachable) as failure:
        asyncio.run(run())
    assert cause in failure.value.cause


def test_credentials_in_the_url_are_not_repeated() -> None:
    with pytest.raises(ArchiveUnreachable) as failure:
        asyncio.run(check_archive(f"http://user:s3cret@127.0.0.1:{free_port()}/dicom-web"))
    assert "s3cret" not in failure.value.what + failure.value.cause + failure.value.fix


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
