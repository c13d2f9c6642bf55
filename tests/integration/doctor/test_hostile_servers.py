"""Servers that mean harm, or have lost their mind: doctor ends, keeps the token, and prints nothing of theirs."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import trustme
from aiohttp import web
from rich.console import Console

from ohifbuild.doctor import Report, client, judge
from ohifbuild.doctor.gather import gather
from ohifbuild.doctor.terminal import show
from ohifbuild.server.web_server import listening

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
async def server(
    handler: Handler, asked: list[web.Request] | None = None, *, ssl_context: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    async def noted(request: web.Request) -> web.StreamResponse:
        if asked is not None:
            asked.append(request)
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", noted)
    async with listening(app, "127.0.0.1", 0, grace=0.2, ssl_context=ssl_context) as origin:
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


def test_the_token_is_not_sent_to_the_target_of_a_redirect() -> None:
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
    assert {len(request.query_string) for request in asked if request.path == "/viewer"} == {len(QUERY)}


def test_texts_of_a_server_cannot_control_the_terminal_or_repeat_the_token() -> None:
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
def test_hostile_pages_are_handled(handler: Handler, check: str) -> None:
    report = asyncio.run(examined(handler))
    assert report.cause is not None
    assert report.cause.check == check


def test_a_silent_server_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.2)

    async def silent(_request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    report = asyncio.run(examined(silent))
    assert report.cause is not None
    assert "does not answer in time" in report.cause.found


def test_decompression_bombs_are_refused() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000)

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path.endswith(".js"):
            return web.Response(body=bomb, headers={"Content-Encoding": "gzip", "Content-Type": "text/javascript"})
        return web.Response(status=401) if request.path.startswith("/dicom-web") else page(request)

    states = {finding.check: finding.state for finding in asyncio.run(examined(handler)).findings}
    assert states["integrity"] == "wrong"


@pytest.mark.parametrize("body", ["[" * 100_000, "[1, null, [], {}]", '[{"0020000D": {"Value": [{}]}}]', "{}", "\xff"])
def test_invalid_data_sets_do_not_count_as_studies(body: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if not request.path.startswith("/dicom-web"):
            return page(request)
        if not request.headers.get("token"):
            return web.Response(status=401)
        return web.Response(body=body.encode("latin-1"), content_type="application/dicom+json")

    report = asyncio.run(examined(handler))
    assert {finding.check for finding in report.wrong} >= {"files"}
    assert "right" not in {finding.state for finding in report.findings if finding.check in ("metadata", "image")}


def recording(asked: list[web.Request], settings: dict[str, object] | None = None) -> Handler:
    """A viewer with these settings before an archive that refuses all; ``asked`` gets its requests."""
    shown = PAGE.replace(json.dumps(SETTINGS), json.dumps({**SETTINGS, **(settings or {})}))

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        if request.path.startswith("/dicom-web"):
            return web.Response(status=401)
        return web.Response(text=shown, content_type="text/html")

    return handler


@pytest.mark.parametrize(
    ("query", "param"),
    [
        (f"StudyInstanceUIDs=1.2.3&key={TOKEN}", "key"),
        (f"StudyInstanceUIDs=1.2.3&%74oken={TOKEN}", "token"),
        (f"StudyInstanceUIDs=1.2.3&token=x&token={TOKEN}", "token"),
        (f"StudyInstanceUIDs=1.2.3&x={TOKEN}", "token"),
        (f"{TOKEN}", "token"),
        (f"StudyInstanceUIDs=1.2.3#token={TOKEN}", "token"),
    ],
)
def test_no_request_url_contains_the_links_query_or_fragment(query: str, param: str) -> None:
    asked: list[web.Request] = []

    async def run() -> None:
        async with server(recording(asked, {"tokenParam": param})) as origin:
            await gather(f"{origin}/viewer?{query}")

    asyncio.run(run())
    assert asked
    assert not [request.raw_path for request in asked if TOKEN in request.raw_path]
    assert not [request.raw_path for request in asked if request.path == "/viewer" and "1.2.3" in request.raw_path]
    length = len(query.partition("#")[0])
    assert {len(request.query_string) for request in asked if request.path == "/viewer"} == {length}


@pytest.mark.parametrize(
    ("query", "tokens", "studies"),
    [
        ("StudyInstanceUIDs=1.2.3&token=a+b", {"a+b"}, {"1.2.3"}),
        ("StudyInstanceUIDs=1.2.3&%74oken=abc", {"abc"}, {"1.2.3"}),
        ("StudyInstanceUIDs=1.2.3&key=abc", set(), set()),
        ("StudyInstanceUIDs=1.2.3&token=abc&token=def", set(), set()),
        ("StudyInstanceUIDs=1.2.3&token=abc#token=def", set(), set()),
        ("StudyInstanceUIDs=1.2.3&token=a%20b", set(), set()),
        ("StudyInstanceUIDs=1.2.3#StudyInstanceUIDs=1.2.4&token=abc", {"abc"}, {"1.2.4"}),
        ("StudyInstanceUIDs=1.2.3,x&token=abc", set(), set()),
    ],
)
def test_the_archive_gets_the_token_and_the_studies_that_the_viewer_reads(
    query: str, tokens: set[str], studies: set[str]
) -> None:
    asked: list[web.Request] = []

    async def run() -> None:
        async with server(recording(asked)) as origin:
            await gather(f"{origin}/viewer?{query}")

    asyncio.run(run())
    sent = [request for request in asked if "token" in request.headers]
    named = {request.query["StudyInstanceUID"] for request in sent if "StudyInstanceUID" in request.query}
    assert {request.headers["token"] for request in sent if len(request.headers["token"]) < 16} == tokens
    assert named == studies


def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_a_page_over_an_unverified_connection_cannot_choose_where_the_token_goes(
    authority: trustme.CA,
) -> None:
    verified, other = tls(authority), tls(trustme.CA())
    elsewhere: list[web.Request] = []
    seen: list[object] = []

    def switch(connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        seen.append(connection)
        connection.context = other if len(seen) > 1 else verified

    verified.sni_callback = switch

    async def run() -> None:
        async with server(recording(elsewhere), ssl_context=tls(authority)) as evil:
            page = recording([], {"roots": [f"{evil}/dicom-web"]})
            async with server(page, ssl_context=verified) as origin:
                await gather(f"{origin}/viewer?{QUERY}")

    asyncio.run(run())
    assert len(seen) > 1
    assert not [request for request in elsewhere if TOKEN in str(request.headers)]


def test_over_http_to_another_machine_the_token_is_sent_only_with_insecure() -> None:
    asked: list[web.Request] = []

    async def run(*, insecure: bool) -> bool:
        async with server(recording(asked)) as origin:
            # The only address of a machine that is not its loopback, and is there on every machine.
            elsewhere = origin.replace("127.0.0.1", "0.0.0.0")
            return (await gather(f"{elsewhere}/viewer?{QUERY}", insecure=insecure)).sends_token

    assert not asyncio.run(run(insecure=False))
    assert not [request for request in asked if TOKEN in str(request.headers)]
    assert asyncio.run(run(insecure=True))
    assert [request for request in asked if TOKEN in str(request.headers)]


def test_uids_of_an_archive_cannot_direct_the_token_to_another_study() -> None:
    asked: list[web.Request] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        if not request.path.startswith("/dicom-web"):
            return page(request)
        asked.append(request)
        if not request.headers.get("token"):
            return web.Response(status=401)
        ambiguous = {"vr": "UI", "Value": ["../../9.9"]}
        row = {
            "0020000D": ambiguous,
            "0020000E": ambiguous,
            "00080018": ambiguous,
            "00280010": {"vr": "US", "Value": [1]},
        }
        return web.Response(text=json.dumps([row]), content_type="application/dicom+json")

    asyncio.run(examined(handler))
    assert not [request.raw_path for request in asked if "9.9" in request.raw_path]


@pytest.mark.parametrize(
    "url", ["{evil}/dicom-web/studies/1.2.3/x", "{root}/studies/9.9/x", "{root}/studies/1.2.3/../9.9", "{root}//9.9"]
)
def test_bulk_urls_of_an_archive_cannot_direct_the_token_elsewhere(url: str) -> None:
    asked: list[web.Request] = []

    async def run() -> None:
        async with server(nowhere, asked) as evil:

            async def handler(request: web.Request) -> web.StreamResponse:
                if not request.path.startswith("/dicom-web"):
                    return page(request)
                if not request.headers.get("token"):
                    return web.Response(status=401)
                asked.append(request)
                bulk = {"vr": "OB", "BulkDataURI": url.format(evil=evil, root=f"http://{request.host}/dicom-web")}
                uid = {"vr": "UI", "Value": ["1.2.3"]}
                row = {"0020000D": uid, "0020000E": uid, "00080018": uid, "00420011": bulk}
                return web.Response(text=json.dumps([row]), content_type="application/dicom+json")

            await examined(handler)

    asyncio.run(run())
    assert [request.path for request in asked if request.path.endswith("/metadata")]
    assert not [request.raw_path for request in asked if "9.9" in request.raw_path or request.path.endswith("/x")]


def test_a_further_root_without_tls_on_another_machine_gets_no_token() -> None:
    asked: list[web.Request] = []

    async def run() -> bool:
        async with server(nowhere) as other:
            roots = ["/dicom-web", f"{other.replace('127.0.0.1', '0.0.0.0')}/images"]
            async with server(recording(asked, {"roots": roots})) as origin:
                return (await gather(f"{origin}/viewer?{QUERY}")).sends_token

    assert not asyncio.run(run())
    assert not [request for request in asked if TOKEN in str(request.headers)]


@pytest.mark.parametrize("root", ["//[", "/dicom-web?x=", "/dicom-web#x", "http://user@127.0.0.1/dicom-web", "data:x"])
def test_an_invalid_root_gets_no_request(root: str) -> None:
    async def run() -> str:
        async with server(recording([], {"roots": [root]})) as origin:
            evidence = await gather(f"{origin}/viewer?{QUERY}")
            return evidence.viewer.root if evidence.viewer else "no viewer"

    assert asyncio.run(run()) == ""


@pytest.mark.parametrize("path", ["/viewer/ward/", "/VIEWER/ward", "/viewer//ward", "/viewer/main/ward"])
def test_the_token_of_a_link_to_one_archive_is_sent_to_no_other(path: str) -> None:
    asked: list[web.Request] = []
    rule = {"tokenHeader": "token", "tokenScheme": "", "access": "token"}
    further = [{"name": "ward", "roots": ["/ward/rs"], **rule}]

    async def run() -> None:
        async with server(recording(asked, {"sourceName": "main", "further": further})) as origin:
            await gather(f"{origin}{path}?{QUERY}")

    asyncio.run(run())
    assert {request.path.split("/")[1] for request in asked if TOKEN in str(request.headers)} <= {"ward"}


def test_a_link_cannot_add_a_line_to_the_report() -> None:
    async def run() -> str:
        async with server(recording([], {})) as origin:
            return printed(judge(await gather(f"{origin}/viewer/x%0aforged%1b%5b2J?{QUERY}")))

    shown = asyncio.run(run())
    assert "'x forged?[2j'" in " ".join(shown.split())
    assert not [line for line in shown.splitlines() if line.strip().startswith("forged")]
