"""Finding a browser, and saying what to do where there is none."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import BrowserMissing
from ohifbuild.verification.browser import Browser, find_browser, why_no_sandbox

Program = Callable[[str, str], Path]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Puts a small shell script into a folder that can stand for the PATH."""

    def make(name: str, body: str = "exit 0") -> Path:
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    return make


def absent() -> Path:
    return Path("/nonexistent/chromium")


def path_of(program: Path) -> dict[str, str]:
    """An environment whose PATH has this program's folder only, and in which Playwright's driver starts."""
    return {"PATH": str(program.parent), "PLAYWRIGHT_NODEJS_PATH": "/bin/true"}


def test_the_environment_variable_has_precedence(program: Program) -> None:
    system, given = program("chromium", ""), program("my-chromium", "")
    environ = {**path_of(system), "OHIFBUILD_BROWSER": str(given)}
    assert find_browser(SilentReporter(), environ=environ) == Browser(given, "given")


def test_a_mistyped_variable_is_an_error_and_not_ignored(program: Program) -> None:
    environ = {**path_of(program("chromium", "")), "OHIFBUILD_BROWSER": "/no/such/browser"}
    with pytest.raises(BrowserMissing, match="/no/such/browser"):
        find_browser(SilentReporter(), environ=environ)


def test_a_system_browser_is_preferred_to_playwrights(program: Program) -> None:
    chrome = program("google-chrome", "")
    assert find_browser(SilentReporter(), environ=path_of(chrome), managed=absent) == Browser(chrome, "system")


def test_playwrights_own_is_used_where_the_system_has_none(program: Program, tmp_path: Path) -> None:
    managed = program("elsewhere", "")
    environ = path_of(tmp_path / "empty" / "none")
    assert find_browser(SilentReporter(), environ=environ, managed=lambda: managed) == Browser(managed, "playwright")


def test_without_a_browser_the_error_has_the_command_that_installs_one(tmp_path: Path) -> None:
    with pytest.raises(BrowserMissing) as caught:
        find_browser(SilentReporter(), environ=path_of(tmp_path / "none"), install=False, managed=absent)
    assert caught.value.fix == f"{sys.executable} -m playwright install --with-deps chromium"


def test_on_a_system_with_apt_the_fix_uses_apt(program: Program) -> None:
    apt = program("apt-get", "")
    with pytest.raises(BrowserMissing) as caught:
        find_browser(SilentReporter(), environ=path_of(apt), install=False, managed=absent)
    assert "apt-get install -y chromium" in caught.value.fix


@pytest.mark.parametrize(
    ("file", "content", "word"),
    [
        ("proc/sys/user/max_user_namespaces", "0\n", "max_user_namespaces"),
        ("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n", "apparmor"),
        (".dockerenv", "", "containers"),
    ],
)
def test_the_sandbox_is_off_only_for_a_reason(tmp_path: Path, file: str, content: str, word: str) -> None:
    assert why_no_sandbox(root=tmp_path, uid=1000) == ""
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(content)
    assert word in why_no_sandbox(root=tmp_path, uid=1000)
    assert "root" in why_no_sandbox(root=tmp_path, uid=0)


LACKS_A_LIBRARY = 'echo "node: error while loading shared libraries: libatomic.so.1: cannot open" >&2; exit 127'


def test_a_library_that_playwright_lacks_is_installed_with_apt(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    chrome, node = program("chromium", ""), program("node-of-playwright", LACKS_A_LIBRARY)
    program("apt-get", f'case "$*" in *"install"*libatomic1) echo exit 0 > {node} ;; *install*) exit 1 ;; esac')
    monkeypatch.setattr("os.geteuid", lambda: 0)
    environ = {**path_of(chrome), "PLAYWRIGHT_NODEJS_PATH": str(node)}
    node.write_text("#!/bin/sh\n" + LACKS_A_LIBRARY)
    assert find_browser(SilentReporter(), environ=environ) == Browser(chrome, "system")


def test_the_error_for_a_missing_library_has_the_command_that_installs_it(program: Program) -> None:
    chrome, node = program("chromium", ""), program("node-of-playwright", LACKS_A_LIBRARY)
    environ = {**path_of(chrome), "PLAYWRIGHT_NODEJS_PATH": str(node)}
    with pytest.raises(BrowserMissing, match="Playwright") as caught:
        find_browser(SilentReporter(), environ=environ)
    assert caught.value.cause == "The system lacks the library libatomic.so.1."
    program("apt-get", "exit 100")
    with pytest.raises(BrowserMissing) as caught:
        find_browser(SilentReporter(), environ=environ)
    assert caught.value.fix == "sudo apt-get update && sudo apt-get install -y libatomic1"
