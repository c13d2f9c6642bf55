"""What becomes of a test for which the system lacks a program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import system
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import BrowserMissing, OrthancMissing
from ohifbuild.orthanc.find import find_orthanc
from ohifbuild.verification.browser import BROWSER_VARIABLE, find_browser

APT = """#!/bin/sh
case "$*" in
  *broken*) echo 'E: Unable to locate package broken' >&2; exit 100 ;;
  *install*) printf '#!/bin/sh\\n' > {folder}/server-of-tests; chmod +x {folder}/server-of-tests ;;
esac
"""
SUDO = """#!/bin/sh
shift
exec "$@"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for programs, with an apt-get that installs into it."""
    for name, text in {"apt-get": APT.format(folder=tmp_path), "sudo": SUDO}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv(BROWSER_VARIABLE, system.HIDDEN)
    before = system._State.installing
    caches = (system._update, system._find_browser)
    for cache in caches:
        cache.cache_clear()
    yield tmp_path
    for cache in caches:
        cache.cache_clear()
    system.set_installing(before)


def test_without_the_option_a_test_is_skipped_with_the_commands_that_would_run_it(folder: Path) -> None:
    system.set_installing(system.Installing(allowed=False, words=["-m", "unit or e2e"]))
    with pytest.raises(pytest.skip.Exception) as caught:
        system.installed("server-of-tests", "servers", "plugins")
    assert "sudo apt-get install servers plugins" in str(caught.value)
    assert "pytest --install -m 'unit or e2e'" in str(caught.value)
    assert not (folder / "server-of-tests").exists()


def test_with_the_option_the_program_is_installed(folder: Path) -> None:
    system.set_installing(system.Installing(allowed=True))
    assert system.installed("server-of-tests", "servers") == folder / "server-of-tests"


def test_a_program_that_cannot_be_installed_fails_the_test_with_the_command_that_installs_it(folder: Path) -> None:
    system.set_installing(system.Installing(allowed=True))
    with pytest.raises(pytest.fail.Exception) as caught:
        system.installed("server-of-tests", "broken")
    assert "sudo apt-get install broken" in str(caught.value)
    assert "Unable to locate package broken" in str(caught.value)


def test_a_program_that_is_there_is_used_without_the_option(folder: Path) -> None:
    system.set_installing(system.Installing(allowed=False))
    (folder / "server-of-tests").write_text("#!/bin/sh\n")
    (folder / "server-of-tests").chmod(0o755)
    assert system.installed("server-of-tests", "servers") == folder / "server-of-tests"


@pytest.mark.parametrize(
    ("allowed", "outcome"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)], ids=["skipped", "failed"]
)
def test_no_browser_is_installed_without_the_option(
    folder: Path, monkeypatch: pytest.MonkeyPatch, allowed: bool, outcome: type[BaseException]
) -> None:
    asked: list[bool] = []

    def none_here(reporter: object, *, install: bool) -> None:
        asked.append(install)
        raise BrowserMissing("There is no Chromium.", fix="sudo apt-get install -y chromium")

    monkeypatch.setattr("ohifbuild.verification.browser.find_browser", none_here)
    system.set_installing(system.Installing(allowed=allowed))
    with pytest.raises(outcome, match="sudo apt-get install -y chromium"):
        system.browser_installed()
    assert asked == [allowed]


def test_who_has_not_asked_finds_neither_orthanc_nor_chromium() -> None:
    assert system.BROWSER_VARIABLE == BROWSER_VARIABLE
    with pytest.raises(OrthancMissing):
        find_orthanc()
    with pytest.raises(BrowserMissing):
        find_browser(SilentReporter(), install=False)


def test_pytest_knows_the_option(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getoption("--install") is system._State.installing.allowed
