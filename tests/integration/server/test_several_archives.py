"""Several archives behind one server: each root leads to its own, and each gets what its access allows."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from ohifbuild.contract.settings import Settings, Source
from ohifbuild.core.errors import DistInvalid
from ohifbuild.server.serve import upstreams
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application, listening

BASIC = 'Basic realm="pacs"'
SETTINGS = Settings(
    roots=("/main/dicom-web",),
    further=(Source("ward", ("/ward/rs", "/ward/wado"), "token", "", "session"),),
)


def ask(path: str, challenge: str, tmp_path: Path) -> tuple[int, str, str | None]:
    """Status, what the archive saw, and the challenge that reaches the client."""

    async def archive(request: web.Request) -> web.StreamResponse:
        seen = f"{request.raw_path} {request.headers.get('Cookie', 'no cookie')}"
        return web.Response(status=401, text=seen, headers={"WWW-Authenticate": challenge})

    async def run() -> tuple[int, str, str | None]:
        behind = web.Application()
        behind.router.add_route("*", "/{path:.*}", archive)
        async with listening(behind, "127.0.0.1", 0) as there:
            found = upstreams(tmp_path, SETTINGS, {"dicomweb": f"{there}/dicom-web", "ward": f"{there}/aets/W/rs"})
            for upstream in found.values():
                await upstream.open()
            handlers = {root: upstream.handle for root, upstream in found.items()}
            app = application(
                StaticFiles(tmp_path, "/"), "/main/dicom-web", handlers.pop("/main/dicom-web"), further=handlers
            )
            try:
                async with (
                    listening(app, "127.0.0.1", 0) as origin,
                    aiohttp.ClientSession() as client,
                    client.get(origin + path, headers={"Cookie": "a=b"}) as reply,
                ):
                    return reply.status, await reply.text(), reply.headers.get("WWW-Authenticate")
            finally:
                for upstream in found.values():
                    await upstream.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("path", "seen", "challenge"),
    [
        ("/main/dicom-web/studies", "/dicom-web/studies no cookie", "Bearer"),
        ("/ward/rs/studies", "/aets/W/rs/studies a=b", BASIC),
        ("/ward/wado?requestType=WADO", "/aets/W/wado/?requestType=WADO a=b", BASIC),
    ],
)
def test_each_root_leads_to_its_archive_with_or_without_the_session(
    path: str, seen: str, challenge: str | None, tmp_path: Path
) -> None:
    assert ask(path, BASIC, tmp_path) == (401, seen, challenge)


@pytest.mark.parametrize(
    ("challenge", "kept"),
    [
        ('Bearer realm="x", error="invalid_token"', True),
        ('Token realm="basic"', True),
        ("Basic", False),
        ("NEGOTIATE", False),
        ('Digest realm="x", nonce="y"', False),
        ("NTLM", False),
        ('Bearer realm="x", Basic realm="y"', False),
        ("Bearer,basic", False),
    ],
)
def test_a_challenge_that_opens_the_browsers_dialog_is_not_passed_on(
    challenge: str, kept: bool, tmp_path: Path
) -> None:
    assert ask("/main/dicom-web/studies", challenge, tmp_path)[2] == (challenge if kept else "Bearer")


@pytest.mark.parametrize("archives", [{"dicomweb": "http://x/y"}, {"dicomweb": "http://x/y", "other": "http://x/y"}])
def test_every_archive_must_be_named_and_no_other(archives: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(DistInvalid) as caught:
        upstreams(tmp_path, SETTINGS, archives)
    assert "--archive ward=URL" in caught.value.fix


def test_a_root_of_two_archives_is_refused_unless_they_are_one(tmp_path: Path) -> None:
    settings = Settings(roots=("/rs",), further=(Source("ward", ("/rs",), "x-ward", "", "token"),))
    assert list(upstreams(tmp_path, settings, {"dicomweb": "http://x/rs", "ward": "http://x/rs"})) == ["/rs"]
    with pytest.raises(DistInvalid):
        upstreams(tmp_path, settings, {"dicomweb": "http://x/rs", "ward": "http://y/rs"})
