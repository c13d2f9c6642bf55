"""The command line, run as a user runs it: in its own process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "ohifbuild"]
TIMEOUT_SECONDS = 120.0
# Every process that a run starts inherits this variable, in any session and process group.
RUN_VARIABLE = "OHIFBUILD_TEST_RUN"


@pytest.fixture
def env() -> dict[str, str]:
    return {**os.environ, "NO_COLOR": "1", RUN_VARIABLE: str(uuid.uuid4())}


def run(folder: Path, env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )


def test_a_build_reports_its_steps_and_prints_its_result_as_json(tmp_path: Path, env: dict[str, str]) -> None:
    done = run(tmp_path, env, "build", "--from", "published", "--no-verify", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["release"] == "3.12.0"
    assert document["digest"].startswith("sha256:")
    assert (tmp_path / "dist" / "index.html").is_file()
    assert "OHIF 3.12.0 (v3-stable)" in done.stderr
    assert "\x1b[" not in done.stderr
    again = run(tmp_path, env, "build", "--from", "published", "--no-verify", "--json", "--locked", "--offline")
    assert json.loads(again.stdout)["digest"] == document["digest"]
    unchanged = run(tmp_path, env, "verify", "--integrity", "dist")
    assert unchanged.returncode == 0, unchanged.stderr
    (tmp_path / "dist" / "app-config.js").write_text("changed")
    changed = run(tmp_path, env, "verify", "--integrity", "dist")
    assert (changed.returncode, "changed app-config.js" in changed.stderr) == (84, True)


def test_ctrl_c_leaves_no_half_written_dist_and_no_process(tmp_path: Path, env: dict[str, str]) -> None:
    run(tmp_path, env, "build", "--from", "published", "--no-verify", "--output", "warm")
    child = subprocess.Popen(
        [*PROGRAM, "build", "--from", "published"],
        cwd=tmp_path,
        env=env,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert wait_until(lambda: chromiums_of(env))
        child.send_signal(signal.SIGINT)
        _, stderr = child.communicate(timeout=TIMEOUT_SECONDS)
    finally:
        child.kill()
    assert child.returncode == 130, stderr
    assert "nothing half-written" in stderr
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith((".dist", "dist"))]
    assert wait_until(lambda: not chromiums_of(env))


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["build", "--version", "3.99"], 11, "release '3.99' is unknown"),
        (["build", "--priors", "nevr", "--public-url", "x"], 10, "2 values are invalid"),
        (["build", "--recipe", "none.toml"], 10, "cannot be read"),
        (["verify", "."], 61, "not"),
        (["serve", ".", "--dicomweb", "http://localhost:1"], 61, "not"),
        (["verify", "--nonsense"], 2, "No such option"),
    ],
)
def test_each_mistake_has_its_exit_status_and_no_traceback(
    tmp_path: Path, env: dict[str, str], arguments: list[str], status: int, words: str
) -> None:
    done = run(tmp_path, env, *arguments)
    assert done.returncode == status, done.stderr
    assert any(word in done.stderr for word in words.split("|"))
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "dist").exists()


def test_an_output_folder_with_other_files_is_not_changed(tmp_path: Path, env: dict[str, str]) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "thesis.tex").write_text("precious")
    done = run(tmp_path, env, "build", "--from", "published", "--no-verify")
    assert done.returncode == 50, done.stderr
    assert [path.name for path in (tmp_path / "dist").iterdir()] == ["thesis.tex"]


def wait_until(check: object) -> bool:
    """Whether ``check`` becomes true within the timeout. It polls, because the process table has no events."""
    assert callable(check)
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        if check():
            return True
    return False


def chromiums_of(env: dict[str, str]) -> list[int]:
    """The browser processes that a run with this environment started, directly or not."""
    marker = f"{RUN_VARIABLE}={env[RUN_VARIABLE]}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if marker in (process / "environ").read_bytes() and "chrom" in (process / "comm").read_text():
                found.append(int(process.name))
        except OSError:  # the process has just ended
            continue
    return found
