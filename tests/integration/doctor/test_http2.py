"""HTTP/2 as doctor tries it: with a server that speaks it, and with servers that only say so."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest
import trustme

from ohifbuild.contract.settings import Settings
from ohifbuild.doctor import http2
from ohifbuild.doctor.address import parse_address
from ohifbuild.doctor.http2 import http2_problem

SETTINGS = bytes.fromhex("000000040000000000")
HEADERS = bytes.fromhex("00000101050000000188")
RESET = bytes.fromhex("00000403000000000100000001")
GOAWAY = bytes.fromhex("0000080700000000000000000000000001")
NOT_HTTP2, NO_ANSWER = "promises HTTP/2, but does not speak it", "does not answer in HTTP/2"
ENDS = "promises HTTP/2, but ends the connection instead of answering"


def problem_with(authority: trustme.CA, reply: bytes, *, offered: str = "h2") -> str:
    """What doctor says of a server with TLS that sends these bytes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.set_alpn_protocols([offered])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if offered == "h2":
            await reader.readexactly(len(http2.PREFACE))
        writer.write(reply)
        await writer.drain()
        writer.close()

    async def run() -> str:
        async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as running:
            port = running.sockets[0].getsockname()[1]
            return await http2_problem(parse_address(f"https://127.0.0.1:{port}/viewer"))

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (SETTINGS + HEADERS, ""),
        (SETTINGS + RESET, ENDS),
        (SETTINGS + GOAWAY, ENDS),
        (SETTINGS, NO_ANSWER),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", NOT_HTTP2),
        (b"", NOT_HTTP2),
    ],
)
def test_a_server_that_promises_http2_has_to_speak_it(authority: trustme.CA, reply: bytes, problem: str) -> None:
    assert problem_with(authority, reply) == problem


def test_a_server_without_http2_has_no_problem(authority: trustme.CA) -> None:
    assert problem_with(authority, b"", offered="http/1.1") == ""


def test_a_real_nginx_answers_the_request(
    maker: Any, archive: Any, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    frames = http2._frames

    async def noted(reader: asyncio.StreamReader) -> Any:
        async for kind in frames(reader):
            seen.append(kind)
            yield kind

    monkeypatch.setattr(http2, "_frames", noted)
    with archive(Settings()) as origin:
        made = maker.deployment(origin, authority=authority.issue_cert("127.0.0.1"))
        with maker.served(made) as link:
            assert asyncio.run(http2_problem(parse_address(link))) == ""
    assert http2.HEADERS in seen
