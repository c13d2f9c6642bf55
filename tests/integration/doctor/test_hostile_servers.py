"""Servers that mean harm, or have lost their mind: doctor ends, keeps the token, and prints nothing of theirs."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from rich.console import Console

from ohifbuild.doctor import Report, client, judge
from ohifbuild.doctor.gather import gather
from ohifbuild.doctor.show import show
from ohifbuild.server import listening

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

TOKEN = "s3cret-token"
QUERY = f"StudyInstanceUIDs=1.2.3&token={TOKEN}"
SETTINGS = {
    **{"tokenParam": "token", "tokenHeader": "token", "tokenScheme": "", "roots": ["/dicom-web"]},
    **{"priors": "never", "storage": "tab", "studyList": False, "publicUrl": "/"},
}
PAGE = (
    '<!doctype html><html><meta name="referrer" content="no-referrer">'
    f'<script type="application/json" id="ohifbuild-settings">{json.dumps(SETTINGS)}</script>'
    '<script src="/app.js"></script></html>'
)


@asynccontextmanager
async def server(handler: Handler, asked: list[web.Request] | None = None) -> AsyncIterator[str]:
    async def noted(request: web.Request) -> web.StreamResponse:
        if asked is not None:
            asked.append(request)
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", noted)
    async with listening(app, "127.0.0.1", 0, grace=0.2) as origin:
        yield origin


async def examined(handler: Handler, asked: list[web.Request] | None = None) -> Report:
    async with server(handler, asked) as origin:
        return judge(await gather(f"{origin}/viewer?{QUERY}"))


def printed(report: Report) -> str:
    console = Console(record=True, width=100, file=None, quiet=False, force_terminal=False)
    with console.capture() as captured:
        show(report, console)
    return captured.get() + json.dumps(report.document(), ensure_ascii=False)


def page(_request: web.Request) -> web.Response:
    return web.Response(text=PAGE, content_type="text/html")


async def nowhere(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=404)


def test_no_redirect_takes_the_token_elsewhere() -> None:
    asked: list[web.Request] = []

    async def run() -> None:
        async with server(nowhere, asked) as elsewhere:

            async def handler(request: web.Request) -> web.StreamResponse:
                if request.path.startswith("/dicom-web") and request.headers.get("token"):
                    raise web.HTTPTemporaryRedirect(f"{elsewhere}{request.path_qs}")
                return web.Response(status=401) if request.path.startswith("/dicom-web") else page(request)

            async def away(request: web.Request) -> web.StreamResponse:
                raise web.HTTPFound(f"{elsewhere}{request.path_qs}")

            await examined(handler)
            await examined(away)

    asyncio.run(run())
    assert asked == []


def test_the_token_is_sent_in_its_header_and_in_no_query() -> None:
    asked: list[web.Request] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(status=401) if request.path.startswith("/dicom-web") else page(request)

    asyncio.run(examined(handler, asked))
    assert not [request.raw_path for request in asked if TOKEN in request.raw_path]
    assert {request.path.split("/")[1] for request in asked if TOKEN in str(request.headers)} == {"dicom-web"}
    assert any(request.query.get("token") == "x" * len(TOKEN) for request in asked)


def test_what_a_server_says_cannot_move_the_cursor_nor_repeat_the_token() -> None:
    evil = f"\x1b[2J\x1b]0;owned\x07\u202e {TOKEN}"

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/dicom-web"):
            challenge = {"WWW-Authenticate": f'Token error="x", error_description="{TOKEN} \x9b31m"'}
            return web.Response(status=403, headers=challenge if request.headers.get("token") else {})
        title = "" if request.path.startswith("/viewer") else "x"
        answer = web.Response(text=f"<!doctype html><html><title>{evil}{title}</title>", content_type="text/html")
        answer.headers["Server"] = "\x1b[31mred"
        return answer if "other" in request.path else page(request)

    async def titled(request: web.Request) -> web.StreamResponse:
        return web.Response(text=f"<!doctype html><html><title>{evil}</title>", content_type="text/html")

    for report in (asyncio.run(examined(handler)), asyncio.run(examined(titled))):
        text = printed(report)
        assert TOKEN not in text
        assert not [char for char in text if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)]
        assert "\u202e" not in text
    assert "owned" in text


async def endless(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "text/html"})
    await answer.prepare(request)
    while True:
        await answer.write(b"<script " * 8192)


async def torn(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Length": "1000"})
    await answer.prepare(request)
    await answer.write(b"<!doctype html>")
    assert request.transport is not None
    request.transport.close()
    return answer


async def long_header(_request: web.Request) -> web.StreamResponse:
    return web.Response(headers={"X-Long": "x" * 200_000})


@pytest.mark.parametrize(("handler", "check"), [(endless, "page"), (torn, "address"), (long_header, "address")])
def test_no_page_is_too_much(handler: Handler, check: str) -> None:
    report = asyncio.run(examined(handler))
    assert report.cause is not None
    assert report.cause.check == check


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.2)

    async def silent(_request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    report = asyncio.run(examined(silent))
    assert report.cause is not None
    assert "does not answer in time" in report.cause.found


def test_what_unpacks_to_more_than_memory_is_no_file() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000)

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path.endswith(".js"):
            return web.Response(body=bomb, headers={"Content-Encoding": "gzip", "Content-Type": "text/javascript"})
        return web.Response(status=401) if request.path.startswith("/dicom-web") else page(request)

    states = {finding.check: finding.state for finding in asyncio.run(examined(handler)).findings}
    assert states["integrity"] == "wrong"


@pytest.mark.parametrize("body", ["[" * 100_000, "[1, null, [], {}]", '[{"0020000D": {"Value": [{}]}}]', "{}", "\xff"])
def test_data_sets_that_are_none_are_not_taken_for_studies(body: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if not request.path.startswith("/dicom-web"):
            return page(request)
        if not request.headers.get("token"):
            return web.Response(status=401)
        return web.Response(body=body.encode("latin-1"), content_type="application/dicom+json")

    report = asyncio.run(examined(handler))
    assert {finding.check for finding in report.wrong} >= {"files"}
    assert "right" not in {finding.state for finding in report.findings if finding.check in ("metadata", "image")}
