"""`ohifbuild new`: it asks on a terminal for what no flag says, and only there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ohifbuild.commands.new import command
from ohifbuild.core.errors import PackageNotCreated


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ohifbuild.commands.new._is_terminal", lambda: True)


def test_without_a_terminal_it_takes_the_defaults() -> None:
    assert CliRunner().invoke(command, ["notes"], catch_exceptions=False).exit_code == 0
    assert Path("notes/src/Panel.tsx").is_file()


def test_on_a_terminal_it_asks_for_what_no_flag_says(monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch)
    asked = CliRunner().invoke(command, ["notes"], input="extension\ntoolbar\njavascript\n", catch_exceptions=False)
    assert asked.exit_code == 0
    assert Path("notes/src/getToolbarModule.js").is_file()
    assert not Path("notes/src/getPanelModule.js").exists()


@pytest.mark.parametrize("more", [["--yes"], ["--kind", "mode", "--language", "typescript"], ["--json"], ["-q"]])
def test_it_asks_nothing_if_told_so_or_if_all_is_said(monkeypatch: pytest.MonkeyPatch, more: list[str]) -> None:
    on_a_terminal(monkeypatch)
    assert CliRunner().invoke(command, ["notes", *more], input="", catch_exceptions=False).exit_code == 0


def test_programs_get_the_result_as_json() -> None:
    shown = CliRunner().invoke(command, ["@clinic/notes", "--module", "toolbar", "--json"], catch_exceptions=False)
    found = json.loads(shown.stdout)
    assert (found["package"], found["folder"], found["modules"]) == ("@clinic/notes", "notes", ["commands", "toolbar"])
    assert "src/index.ts" in found["files"]


def test_a_wrong_name_is_refused_before_any_question(monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch)
    refused = CliRunner().invoke(command, ["Notes"], input="extension\npanel\njavascript\n")
    assert isinstance(refused.exception, PackageNotCreated)
    assert "Kind" not in refused.output
