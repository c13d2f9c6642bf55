"""A real file system that is too small for the output or the cache: a tmpfs in a namespace of its own.

The kernel removes it when the last process of the namespace ends, whatever happens.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from faults.child import Done
from faults.world import PUBLISHED, World
from ohifbuild.core.errors import DiskFull

NAMESPACE = ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--user", "--map-root-user")))
SCRIPT = """
mount -t tmpfs -o size=$SMALL ohifbuild "$PLACE" || exit 1
run() { "${@:2}" >"$REPORT/$1.out" 2>"$REPORT/$1.err"; echo $? >"$REPORT/$1.status"; }
run first "${@:2}"
find "$PLACE" -mindepth 1 >"$REPORT/files"
mount -o remount,size=64m "$PLACE" || exit 1
run second "${@:2}"
run third "$1" -m ohifbuild verify --integrity "$DIST"
"""
SMALL = {"out": "40k", "cache": "100k"}


@pytest.fixture(scope="module")
def namespace() -> None:
    if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("This system permits no namespace of file systems.")


def done(report: Path, run: str) -> Done:
    status, output, errors = ((report / f"{run}.{part}").read_text() for part in ("status", "out", "err"))
    return Done(int(status), output, errors)


@pytest.mark.parametrize("place", SMALL)
def test_a_file_system_that_is_too_small_is_named_and_a_larger_one_is_enough(
    namespace: None, world: World, tmp_path: Path, place: str
) -> None:
    case = world.case(tmp_path / "case", world.commands["build"])
    report = tmp_path / "report"
    report.mkdir()
    for folder in (case.folder / "out", case.folder / "cache"):
        folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "ohifbuild", "build", "--no-verify", "--output", "out/dist", *PUBLISHED]
    more = {"PLACE": place, "SMALL": SMALL[place], "REPORT": str(report), "DIST": "out/dist"}
    subprocess.run(
        [*NAMESPACE, "bash", "-c", SCRIPT, "bash", sys.executable, *command],
        cwd=case.folder, env={**case.env, **more}, check=True,
    )  # fmt: skip
    first = done(report, "first")
    assert first.status == DiskFull.exit_code, first
    assert first.is_explained, first.errors
    assert not (place == "out" and (report / "files").read_text())
    for again in ("second", "third"):
        found = done(report, again)
        assert found.status == 0, found.errors
