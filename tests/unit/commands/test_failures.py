"""Failures of commands: what a program reads with --json, and what comes of paths that cannot be used."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from json_schemas import is_valid
from ohifbuild.commands import main as program
from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.core.errors import ClaimsFailed, RecipeError
from site_pages.schemas import error_schema
from small_dist import write_small_dist

KEYS = ["code", "exit_code", "what", "cause", "fix", "details", "documentation"]
LINK = "https://viewer.example/viewer?StudyInstanceUIDs=1.2.3&token=secret-of-a-link"

# What takes a path that is written, by the words before the path.
WRITERS = {
    "build": ["build", "--no-verify", "--offline", "--output"],
    "build with a proof": ["build", "--offline", "--output"],
    "move": ["move", "DIST", "--public-url", "/x/", "--output"],
    "deploy": ["deploy", "nginx", "DIST", "--output"],
    "deploy --check": ["deploy", "nginx", "DIST", "--check", "--output"],
    "ci": ["ci", "github", "--into"],
    "verify": ["verify", "DIST", "--report"],
    "audit": ["audit", "3.12.0", "--offline", "--report"],
    "share qr": ["share", "qr", "--output"],
    "demo": ["demo"],
}
READERS = {
    "recipe": ["build", "--offline", "--recipe"],
    "lock": ["lock", "--offline", "--recipe"],
    "extension": ["build", "--offline", "--extension"],
    "patches": ["build", "--offline", "--patches"],
    "verify": ["verify"],
    "move": ["move", "--public-url", "/x/"],
    "deploy": ["deploy", "nginx"],
    "serve": ["serve", "--dicomweb", "http://127.0.0.1:1/dicom-web"],
    "diff": ["diff", "DIST"],
    "share": ["share", "list", "--deployment"],
    "orthanc-settings": ["deploy", "nginx", "DIST", "--orthanc-settings"],
    "provenance": ["verify", "DIST", "--provenance"],
    "certificate": ["serve", "DIST", "--dicomweb", "http://127.0.0.1:1/x", "--key", "k", "--certificate"],
    "archive-tokens": ["verify", "DIST", "--archive", "http://127.0.0.1:1/dicom-web", "--archive-tokens"],
}
PATHS = {
    "in a file": "file/x.png",
    "too long": f"{'n' * 300}.png",
    "too long below": f"{'n' * 300}/x.png",
    "loop": "loop.png",
    "below a loop": "loop.png/x.png",
    "below a link to nothing": "dangling/x/y.png",
    "no file system for folders": "/proc/x/y.png",
    "no folder": "/proc/x.png",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the parts of the paths, a finished dist and a cache of its own."""
    write_small_dist(tmp_path / "DIST")
    (tmp_path / "file").write_text("")
    (tmp_path / "loop.png").symlink_to("loop.png")
    (tmp_path / "dangling").symlink_to("/proc/nothing-there")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OHIFBUILD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "stdin", io.StringIO(LINK))
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command."""
    monkeypatch.setattr(sys, "argv", ["ohifbuild", *words])
    status = program._status()
    return status, *capsys.readouterr()


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize(
    "words", [*WRITERS.values(), *READERS.values()], ids=[*WRITERS, *(f"reads {n}" for n in READERS)]
)
def test_a_path_that_cannot_be_used_is_one_of_our_errors_and_nothing_is_left(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], path: str
) -> None:
    before = sorted(here.iterdir())
    status, out, err = run(monkeypatch, capsys, *words, path, "--json")
    assert "Traceback" not in err
    document = json.loads(out)
    assert is_valid(error_schema(), document)
    error = document["error"]
    assert (error["exit_code"], error["code"] == "internal-error") == (status, False)
    assert status not in (0, 1)
    assert [item for item in sorted(here.iterdir()) if item not in before and item.name != "cache"] == []


def test_every_command_that_fails_prints_one_json_object(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(monkeypatch, capsys, "build", "--json", "--priors", "nevr", "--token-header", "Cookie")
    error = json.loads(out)["error"]
    assert list(error) == KEYS
    assert (status, error["exit_code"], error["code"]) == (10, 10, "recipe-error")
    assert len(error["details"]) == 2
    assert error["documentation"] == RecipeError.documentation
    assert err.startswith("Error: ")


@pytest.mark.parametrize("words", [["build", "--nonsense"], ["buidl"], ["serve"], ["build", "-q", "-v"]])
def test_a_command_line_that_cannot_be_parsed_is_json_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    status, out, _ = run(monkeypatch, capsys, *words, "--json")
    error = json.loads(out)["error"]
    assert list(error) == KEYS
    assert (status, error["exit_code"], error["code"]) == (2, 2, "usage")
    assert "--help" in error["fix"]


def failing(result: Any, error: BaseException) -> click.Command:
    @click.command()
    @with_command_context
    def command(context: CommandContext, /) -> None:
        if result is not None:
            context.result(result)
        raise error

    return command


@pytest.mark.parametrize(
    ("result", "beside"), [(None, {}), ({"ok": False}, {"ok": False}), ([1, 2], {"result": [1, 2]})]
)
def test_a_result_that_came_before_the_error_is_in_the_same_object(
    capsys: pytest.CaptureFixture[str], result: Any, beside: dict[str, Any]
) -> None:
    with pytest.raises(ClaimsFailed):
        failing(result, ClaimsFailed("One check fails.")).main(["--json"], standalone_mode=False)
    document = json.loads(capsys.readouterr().out)
    assert document.pop("error")["exit_code"] == 62
    assert document == beside


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (ZeroDivisionError(), 1)])
def test_ctrl_c_and_defects_are_json_too(capsys: pytest.CaptureFixture[str], error: BaseException, code: int) -> None:
    with pytest.raises((type(error), click.Abort)):
        failing(None, error).main(["--json"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out)["error"]["exit_code"] == code


def test_without_the_flag_nothing_is_on_standard_output(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, capsys, "build", "--priors", "nevr")[:2] == (10, "")


# Root may write to every folder, unless it gives that up.
UNPRIVILEGED = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.mark.skipif(bool(UNPRIVILEGED) and not shutil.which("setpriv"), reason="root may write everywhere")
@pytest.mark.parametrize("words", [["build", "--no-verify", "--offline"], ["deploy", "nginx", "DIST"]])
def test_a_read_only_folder_is_found_before_any_work(here: Path, words: list[str]) -> None:
    here.chmod(0o555)
    try:
        program = [*UNPRIVILEGED, sys.executable, "-m", "ohifbuild", *words]
        done = subprocess.run(program, cwd=here, capture_output=True, text=True, check=False)
    finally:
        here.chmod(0o755)
    assert done.returncode == 20
    assert "You have no permission to write there" in done.stderr


@pytest.mark.parametrize(
    "url", ["foo", "http://", "ftp://user:secret@pacs.example/dicom-web", "localhost:8042/dicom-web"]
)
def test_serve_names_what_is_no_url_of_an_archive(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    status, _, err = run(monkeypatch, capsys, "serve", "DIST", "--dicomweb", url)
    assert status == 2
    assert f"{url.rpartition('@')[2]}: expected an http or https URL" in err
    assert "None" not in err
    assert "secret" not in err


def test_a_pipeline_goes_to_a_folder_that_exists_and_says_what_it_builds(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, capsys, "ci", "github", "--into", "missing")[0] == 2
    assert not (here / "missing").exists()
    status, _, err = run(monkeypatch, capsys, "ci", "github")
    assert status == 0
    assert ".github/workflows/viewer.yml is written. It builds ohifbuild.toml." in err
    assert "The pipeline builds ohifbuild.toml, which does not exist yet" in err
