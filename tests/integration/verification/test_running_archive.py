"""An archive that runs already: a real Orthanc, reached by nothing but its URL and its administrator's header."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web

from ohifbuild.cache.entries import Cache
from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ArchiveUnreachable, ArchiveUnsuitable, OhifbuildError, OrthancFailed
from ohifbuild.orthanc.orthanc_process import OrthancServer, orthanc
from ohifbuild.server.archive_probe import check_archive
from ohifbuild.server.web_server import listening
from ohifbuild.verification.dataset import STUDIES
from ohifbuild.verification.dataset.contents import ORDINARY, SECOND
from ohifbuild.verification.remote_archive import running_at
from ohifbuild.verification.stow import make_sure_of_studies
from ohifbuild.verification.viewer_site import site

pytestmark = pytest.mark.usefixtures("orthanc_there")

TOKENS = Tokens({"mine": Grant(frozenset({ORDINARY.uid}))})
SERIES = f"/dicom-web/studies/{ORDINARY.uid}/series"


@pytest.fixture(scope="module")
def server() -> Iterator[OrthancServer]:
    with orthanc(tokens=TOKENS) as running:
        yield running


@dataclass(frozen=True)
class Verified:
    """What a provider is asked with; ``enter`` has it make an archive ready."""

    cache: Cache

    def enter(self, url: str, header: Mapping[str, str], *, enforces: bool = False, put: bool = False) -> Any:
        provide = running_at(url, header, enforces=enforces, put=put)
        return provide(Settings(), TOKENS, self.cache, SilentReporter())


@pytest.fixture(scope="module")
def verified(cache: Cache) -> Verified:
    return Verified(cache)


@pytest.fixture
def empty_server() -> Iterator[OrthancServer]:
    with orthanc(tokens=TOKENS) as running:
        yield running


def test_studies_are_stored_only_if_they_may_be(empty_server: OrthancServer, verified: Verified, ask: Any) -> None:
    url, header = empty_server.dicomweb_url, empty_server.administrator
    with pytest.raises(ArchiveUnsuitable, match=f"lacks {len(STUDIES)} of") as caught, verified.enter(url, header):
        raise AssertionError("it holds them")
    assert "--put-studies" in caught.value.fix
    assert ask(f"{url}/studies", *header.items()).json == []
    for put in (True, False):
        with verified.enter(url, header, put=put) as behind:
            assert f"{len(STUDIES)} studies" in behind.description
    assert len(ask(f"{url}/studies", *header.items()).json) == len(STUDIES)


@pytest.mark.parametrize("enforces", [True, False])
def test_the_archive_gets_the_token_if_it_enforces_it_and_else_the_administrators_header(
    server: OrthancServer, verified: Verified, empty_dist: Path, ask: Any, enforces: bool
) -> None:
    with (
        verified.enter(server.dicomweb_url, server.administrator, enforces=enforces, put=True) as behind,
        site(empty_dist, behind.archive(), TOKENS, settings=Settings(), enforce=not behind.enforces) as running,
    ):
        other = SERIES.replace(ORDINARY.uid, SECOND.uid)
        given = [ask(running.origin + path, ("token", "mine")).status for path in (SERIES, other)]
        assert given == [200, 403]
        assert ask(running.origin + SERIES).status == (403 if enforces else 401)
        # Whoever decides: what the archive is asked by others than its administrator, it refuses.
        server.set_tokens(Tokens({}))
        assert ask(running.origin + SERIES, ("token", "mine")).status == (403 if enforces else 200)
        server.set_tokens(TOKENS)
        assert [dict(request.headers).get("token") for request in running.received()] == ["mine", "mine", None, "mine"]


@pytest.mark.parametrize("enforces", [True, False])
def test_nothing_that_could_change_the_archive_reaches_it(
    server: OrthancServer, verified: Verified, empty_dist: Path, ask: Any, enforces: bool
) -> None:
    url = f"{server.dicomweb_url}/studies"
    with (
        verified.enter(server.dicomweb_url, server.administrator, enforces=enforces, put=True) as behind,
        site(empty_dist, behind.archive(), TOKENS, settings=Settings(), enforce=not behind.enforces) as running,
    ):
        study = f"{running.origin}/dicom-web/studies/{ORDINARY.uid}"
        for method in ("DELETE", "POST", "PUT"):
            reply = ask(study, ("token", "mine"), method=method, body=b"")
            assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")
    assert len(ask(url, *server.administrator.items()).json) == len(STUDIES)


def test_refused_credentials_are_reported(server: OrthancServer, verified: Verified) -> None:
    for header in ({}, {"token": "guess"}, {"Authorization": "Basic YTpi"}):
        with pytest.raises(ArchiveUnsuitable, match="403") as caught, verified.enter(server.dicomweb_url, header):
            raise AssertionError("they are taken")
        assert "OHIFBUILD_ARCHIVE_HEADER" in caught.value.fix


def test_an_archive_that_ends_during_verify_is_reported(verified: Verified, empty_dist: Path, ask: Any) -> None:
    with (
        pytest.raises(OrthancFailed),
        orthanc() as server,
        verified.enter(server.dicomweb_url, server.administrator, put=True) as behind,
        site(empty_dist, behind.archive(), TOKENS, settings=Settings()) as running,
    ):
        assert ask(running.origin + SERIES, ("token", "mine")).status == 200
        behind.check()
        server._child.kill()
        server._child.wait()
        assert ask(running.origin + SERIES, ("token", "mine")).status == 502
        with pytest.raises(ArchiveUnreachable, match="no longer answers"):
            behind.check()


def test_credentials_in_the_url_are_refused_and_not_repeated(verified: Verified) -> None:
    with pytest.raises(ArchiveUnsuitable) as caught, verified.enter("http://me:s3cret@127.0.0.1:1/dicom-web", {}):
        raise AssertionError("they are taken")
    assert "s3cret" not in f"{caught.value.what}{caught.value.cause}{caught.value.fix}"


def test_a_different_dicomweb_root_is_warned_about(cache: Cache) -> None:
    reporter = SilentReporter()
    with orthanc(root="/pacs/web") as server:
        provide = running_at(server.dicomweb_url, server.administrator, enforces=False, put=True)
        with provide(Settings(), TOKENS, cache, reporter):
            assert "/pacs/web" in str(vars(reporter))


async def asked(folder: Path, found: web.Response, stored: web.Response) -> None:
    """Has the studies stored in an archive that answers every search and every store in the same way."""
    app = web.Application()

    async def answer(request: web.Request) -> web.StreamResponse:
        given = found if request.method == "GET" else stored
        return web.Response(status=given.status, body=given.body, content_type=given.content_type)

    app.router.add_route("*", "/{path:.*}", answer)
    async with listening(app, "127.0.0.1", 0) as origin:
        await make_sure_of_studies(f"{origin}/dicom-web", {}, folder, put=True)


EMPTY = web.json_response([])


@pytest.mark.parametrize(
    ("found", "stored", "error", "words"),
    [
        (EMPTY, web.Response(status=405), ArchiveUnsuitable, "405 to the upload"),
        (EMPTY, web.Response(status=403), ArchiveUnsuitable, "403 to the upload"),
        (EMPTY, web.Response(status=409), ArchiveUnsuitable, "lacks"),
        (EMPTY, web.json_response({}), ArchiveUnsuitable, "lacks"),
        (web.Response(status=204), web.json_response({}), ArchiveUnsuitable, "lacks"),
        (web.Response(status=401), EMPTY, ArchiveUnsuitable, "401 to a search"),
        (web.Response(status=500), EMPTY, ArchiveUnsuitable, "500 to a search"),
        (web.Response(text="<html>", content_type="text/html"), EMPTY, ArchiveUnreachable, "closed the connection"),
        (web.json_response({"a": 1}), EMPTY, ArchiveUnreachable, "closed the connection"),
        (web.json_response([1]), EMPTY, ArchiveUnreachable, "closed the connection"),
        (web.json_response([{"00080018": {}}]), EMPTY, ArchiveUnreachable, "closed the connection"),
    ],
)
def test_an_archive_that_cannot_store_the_studies_is_reported(
    dataset: Path, found: web.Response, stored: web.Response, error: type[OhifbuildError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        asyncio.run(asked(dataset, found, stored))
    assert caught.value.fix


def test_a_self_signed_certificate_is_named_as_the_cause() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    async def check() -> None:
        async with listening(web.Application(), "127.0.0.1", 0, ssl_context=context) as origin:
            await check_archive(f"{origin}/dicom-web")

    with pytest.raises(ArchiveUnreachable) as caught:
        asyncio.run(check())
    assert "certificate is not trusted" in caught.value.cause
    assert "SSL_CERT_FILE" in caught.value.fix


OPEN = "import orthanc\northanc.RegisterIncomingHttpRequestFilter(lambda uri, **request: {})\n"
TAKES_ANY_TOKEN = "'token' in request['headers']"
TAKES_ALL_SEARCHES = "uri.count('/') < 3"


@pytest.mark.parametrize(
    ("lets_through", "leaks", "tight"),
    [
        ("True", "GET /studies with no token: 200, with 9 studies", ""),
        (TAKES_ANY_TOKEN, "GET /studies?PatientID=1085061 with a token: 200, with 1 studies", "with no token"),
        (TAKES_ALL_SEARCHES, "GET /instances with no token: 200, with 9 studies", "/series with another"),
    ],
    ids=["everything", "any token", "any search"],
)
def test_an_archive_that_grants_more_than_the_tokens_allow_is_found(
    verified: Verified, tmp_path: Path, lets_through: str, leaks: str, tight: str
) -> None:
    script = tmp_path / "open.py"
    script.write_text(OPEN.format(f"request['headers'].get('token') == 'root' or {lets_through}"))
    unguarded = {"PythonScript": str(script), "LuaScripts": []}
    header = {"token": "root"}
    with (
        orthanc(extra=unguarded) as server,
        pytest.raises(ArchiveUnsuitable, match="grants more") as caught,
        verified.enter(server.dicomweb_url, header, enforces=True, put=True),
    ):
        raise AssertionError("the archive was accepted")
    assert leaks in caught.value.details
    assert "mine" not in caught.value.details
    assert not tight or tight not in caught.value.details
