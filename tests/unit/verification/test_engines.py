"""The browsers of verify: finding them, saying what to do where there is none, and what cannot be seen in each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import BrowserMissing
from ohifbuild.server.web_server import listening
from ohifbuild.verification.bidi_relay import _serve, answer
from ohifbuild.verification.browser import Browser
from ohifbuild.verification.claims import CLAIMS
from ohifbuild.verification.engines import ENGINES
from ohifbuild.verification.firefox import find_firefox, proxy_preferences
from ohifbuild.verification.webkit import CODECS, capabilities, find_webkit

Find = Callable[..., Browser]

GREETING = "the browser"

FINDERS = [
    pytest.param(find_firefox, "firefox-esr", "firefox-esr", id="firefox"),
    pytest.param(find_webkit, "WebKitWebDriver", f"webkit2gtk-driver {CODECS}", id="webkit"),
]


def absent() -> Path:
    return Path("/nonexistent/browser")


@pytest.fixture
def programs(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """An environment whose PATH has these programs only, and in which Playwright's driver starts."""

    def make(*names: str) -> dict[str, str]:
        for name in names:
            path = tmp_path / name
            path.write_text("#!/bin/sh\nexit 0\n")
            path.chmod(0o755)
        return {"PATH": str(tmp_path), "PLAYWRIGHT_NODEJS_PATH": "/bin/true"}

    return make


@pytest.mark.parametrize(("find", "program", "package"), FINDERS)
def test_the_systems_browser_is_used_where_playwright_has_none(
    programs: Callable[..., dict[str, str]], tmp_path: Path, find: Find, program: str, package: str
) -> None:
    found = find(SilentReporter(), environ=programs(program, "Xvfb"), managed=absent)
    assert (found.executable, found.source) == (tmp_path / program, "system")
    assert found.engine in ENGINES


@pytest.mark.parametrize(("find", "program", "package"), FINDERS)
def test_playwrights_own_build_is_preferred(
    programs: Callable[..., dict[str, str]], tmp_path: Path, find: Find, program: str, package: str
) -> None:
    own = tmp_path / "own"
    own.write_text("")
    found = find(SilentReporter(), environ=programs(program, "Xvfb"), managed=lambda: own)
    assert (found.executable, found.source) == (own, "playwright")
    assert found.engine in ENGINES


@pytest.mark.parametrize(("find", "program", "package"), FINDERS)
def test_what_is_missing_is_named_with_the_command_that_installs_all_of_it(
    programs: Callable[..., dict[str, str]], find: Find, program: str, package: str
) -> None:
    with pytest.raises(BrowserMissing) as caught:
        find(SilentReporter(), environ=programs("apt-get"), managed=absent)
    assert caught.value.fix.endswith(f"apt-get install -y {package} xvfb")
    with pytest.raises(BrowserMissing, match="lacks: Xvfb") as caught:
        find(SilentReporter(), environ=programs("apt-get", program), managed=absent)
    assert caught.value.fix.endswith("apt-get install -y xvfb")


@pytest.mark.parametrize(("find", "program", "package"), FINDERS)
def test_without_apt_playwrights_own_build_is_named(
    programs: Callable[..., dict[str, str]], find: Find, program: str, package: str
) -> None:
    with pytest.raises(BrowserMissing, match="lacks") as caught:
        find(SilentReporter(), environ=programs(), managed=absent)
    assert "-m playwright install --with-deps" in caught.value.fix


@pytest.mark.parametrize("engine", ENGINES.values(), ids=list(ENGINES))
def test_limits_are_about_claims(engine: Any) -> None:
    known = {claim.key for claim in CLAIMS}
    assert set(engine.unseen) <= known
    assert engine.unjudged <= set(engine.unseen)
    assert {limit.claim for limit in engine.limits if not limit.judged} == engine.unjudged


def test_only_chromium_shows_everything() -> None:
    assert not ENGINES["chromium"].limits
    assert all(engine.limits for name, engine in ENGINES.items() if name != "chromium")


def test_firefox_reaches_the_site_only() -> None:
    found = proxy_preferences("http://127.0.0.1:8000", "http://127.0.0.1:9000")
    assert found["network.proxy.no_proxies_on"] == "127.0.0.1:8000"
    assert found["network.proxy.allow_hijacking_localhost"] is True
    assert [found[f"network.proxy.{kind}_port"] for kind in ("http", "ssl")] == [9000, 9000]


def test_webkit_sends_everything_to_the_recorder() -> None:
    proxy = capabilities("http://127.0.0.1:9000")["proxy"]
    assert proxy["httpProxy"] == proxy["sslProxy"] == "127.0.0.1:9000"
    assert proxy["noProxy"] == []


def test_the_relay_refuses_a_web_page(capsys: pytest.CaptureFixture[str]) -> None:
    async def connected(headers: dict[str, str]) -> int:
        async with listening(_greeting(), "127.0.0.1", 0) as origin:
            runner = await _serve(origin)
            address = capsys.readouterr().err.split()[-1].replace("ws:", "http:")
            try:
                async with aiohttp.ClientSession() as session, session.ws_connect(f"{address}/", headers=headers) as ws:
                    return len(await ws.receive_str())
            except aiohttp.WSServerHandshakeError as error:
                return error.status
            finally:
                await runner.cleanup()

    assert asyncio.run(connected({})) == len(GREETING)
    assert asyncio.run(connected({"Origin": "https://evil.example"})) == 403


def _greeting() -> web.Application:
    """Stands for the browser."""

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(GREETING)
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/", handle)
    return app


def test_the_relay_answers_the_command_that_firefox_lacks_and_no_other() -> None:
    lacking = {"id": 7, "method": "emulation.setMediaFeaturesOverride", "params": {}}
    assert json.loads(answer(json.dumps(lacking))) == {"type": "success", "id": 7, "result": {}}
    assert answer(json.dumps({**lacking, "method": "emulation.setLocaleOverride"})) == ""
