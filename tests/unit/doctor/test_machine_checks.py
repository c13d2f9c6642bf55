from __future__ import annotations

import shutil
import threading
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.errors import BrowserMissing, OrthancMissing, ToolMissing
from ohifbuild.doctor import disk_space, machine, network

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(("free", "state"), [(500_000_000, "wrong"), (2_000_000_000, "note"), (9_000_000_000, "right")])
def test_free_disk_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free, 0, free))
    found = disk_space.free_space("cache", "Cache", tmp_path / "not" / "there" / "yet", "another")
    assert found.state == state
    assert str(tmp_path) in found.found


def test_a_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert disk_space.free_space("cache", "Cache", tmp_path, "another").change == "another"


@pytest.mark.parametrize(
    ("available", "limit", "used", "state"),
    [
        (8_000_000, "max", 0, "right"),
        (2_000_000, "max", 0, "note"),
        (8_000_000, "1000000000", 900_000_000, "wrong"),
        (500_000, "max", 0, "wrong"),
    ],
)
def test_memory_is_that_of_the_machine_or_the_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, available: int, limit: str, used: int, state: str
) -> None:
    for name, text in (
        ("MEMORY_FACTS", f"MemTotal: 9 kB\nMemAvailable: {available} kB\n"),
        ("CGROUP_LIMIT", limit),
        ("CGROUP_USE", str(used)),
    ):
        (tmp_path / name).write_text(text)
        monkeypatch.setattr(disk_space, name, tmp_path / name)
    assert disk_space.memory().state == state


def test_unknown_memory_is_not_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_space, "MEMORY_FACTS", tmp_path / "none")
    assert disk_space.memory().state == "untried"


def refuse(error: Exception) -> Any:
    def raising(*_: object, **__: object) -> None:
        raise error

    return raising


def test_a_missing_program_comes_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "node_tools", refuse(ToolMissing("No Node.", fix="apt-get install nodejs npm")))
    monkeypatch.setattr(machine, "find_browser", refuse(BrowserMissing("No Chromium.", fix="apt-get install chromium")))
    monkeypatch.setattr(machine, "find_orthanc", refuse(OrthancMissing("No Orthanc.", fix="apt install orthanc")))
    monkeypatch.setattr(machine, "find_program", lambda _: None)
    node, browser, orthanc, git = machine.node(Cache(tmp_path)), machine.browser(), machine.orthanc(), machine.git()
    assert (node.state, browser.state, orthanc.state, git.state) == ("note", "wrong", "note", "note")
    assert [found.change.split()[-1] for found in (node, browser, orthanc, git)] == [
        "npm",
        "chromium",
        "orthanc",
        "git",
    ]


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in place of pip, to be written by the test."""
    program = tmp_path / "pip"
    monkeypatch.setattr(network, "pip_command", lambda: [program])
    return program


@pytest.mark.parametrize(
    ("script", "state", "words"),
    [
        ("exit 0", "right", "nodeenv"),
        ("echo 'ERROR: No matching distribution'; exit 1", "note", "No matching distribution"),
        ("echo 'index at https://me:s3cret@index.example is down' >&2; exit 1", "note", "https://***@index.example"),
    ],
)
def test_the_python_index_is_checked_with_the_users_pip(client: Path, script: str, state: str, words: str) -> None:
    client.write_text(f"#!/bin/sh\n{script}\n")
    client.chmod(0o755)
    found = network.python_index(threading.Event())
    assert found.state == state
    assert words in found.found


def test_a_client_that_hangs_is_stopped(client: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    client.chmod(0o755)
    monkeypatch.setattr(network, "SECONDS", 0.1)
    assert "No answer within" in network.python_index(threading.Event()).found
