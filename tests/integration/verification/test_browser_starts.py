"""What cannot be started as a browser is an error, and leaves nothing running."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import BrowserFailed
from ohifbuild.verification.browser import Browser, started
from ohifbuild.verification.egress_proxy import EgressProxy
from ohifbuild.verification.firefox import started_firefox
from ohifbuild.verification.virtual_screen import virtual_screen
from ohifbuild.verification.webkit import driven_webkit
from system import installed

ORIGIN, PROXY = "http://127.0.0.1:8000", "http://127.0.0.1:9000"


@pytest.fixture
def screen_program() -> None:
    installed("Xvfb", "xvfb")


@pytest.fixture
def no_browser(tmp_path: Path) -> Browser:
    program = tmp_path / "no-browser"
    message = "error while loading shared libraries: libnss3.so: cannot open"
    program.write_text(f"#!/bin/sh\necho '{message}' >&2\nexit 127\n")
    program.chmod(0o755)
    return Browser(program, "given")


def test_a_library_that_a_chromium_lacks_is_named(no_browser: Browser) -> None:
    with pytest.raises(BrowserFailed, match="does not start") as caught, started(no_browser, SilentReporter()):
        pass
    assert "libnss3.so" in caught.value.cause


@pytest.mark.usefixtures("screen_program")
@pytest.mark.parametrize(
    "start",
    [
        pytest.param(lambda browser: started_firefox(browser, ORIGIN, EgressProxy(PROXY)), id="firefox"),
        pytest.param(lambda browser: driven_webkit(browser, PROXY), id="webkit"),
    ],
)
def test_a_program_that_is_no_browser_is_an_error(
    no_browser: Browser, start: Callable[[Browser], AbstractContextManager[object]]
) -> None:
    with pytest.raises(BrowserFailed, match="does not start") as caught, start(no_browser):
        pass
    assert caught.value.fix


@pytest.mark.usefixtures("screen_program")
def test_each_screen_has_its_own_number() -> None:
    with virtual_screen() as one, virtual_screen() as other:
        assert one["DISPLAY"] != other["DISPLAY"]
        assert "WAYLAND_DISPLAY" not in one
