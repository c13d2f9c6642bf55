"""What a killed build leaves, and what the next one does with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ohifbuild.core.errors import CacheUnusable, OutputNotOurs
from ohifbuild.viewer.manifest import MANIFEST_NAME, Manifest
from ohifbuild.viewer.output import check_dist_output, staged, staged_dist

# Ends in the middle of an exchange of folders, as after kill -9; the argument is how many renames are done before.
KILLED = """
import os, sys
from pathlib import Path
from ohifbuild.viewer.manifest import Manifest
from ohifbuild.viewer.output import staged_dist

left = int(sys.argv[2])
rename = Path.rename
def counting(path, target):
    global left
    if left == 0:
        os._exit(9)
    left -= 1
    return rename(path, target)
Path.rename = counting
with staged_dist(Path(sys.argv[1])) as stage:
    (stage.dist / "index.html").write_text("new")
    Manifest({}, {}).write(stage.dist)
    (stage.evidence / "report.json").write_text("new")
    if left < 0:
        os._exit(9)
"""
BUSY = """
import sys
from pathlib import Path
from ohifbuild.viewer.output import staged_dist

with staged_dist(Path(sys.argv[1])) as stage:
    (stage.dist / "index.html").write_text("busy")
    print("ready", flush=True)
    sys.stdin.readline()
"""


def make(output: Path, text: str) -> None:
    with staged_dist(output) as stage:
        (stage.dist / "index.html").write_text(text)
        Manifest({}, {}).write(stage.dist)
        (stage.evidence / "report.json").write_text(text)


def kill_a_build(output: Path, renames: int) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(output), str(renames)], check=False)
    assert done.returncode == 9


def hidden(output: Path) -> list[str]:
    return [path.name for path in output.parent.iterdir() if path.name.startswith(".")]


def test_a_build_that_was_killed_leaves_a_folder_and_the_next_build_removes_it(tmp_path: Path) -> None:
    output = tmp_path / "dist"
    kill_a_build(output, -1)
    assert len(hidden(output)) == 1
    make(output, "new")
    assert hidden(output) == []


@pytest.mark.parametrize("renames", range(4))
def test_a_dist_that_was_moved_away_when_the_build_was_killed_is_put_back(tmp_path: Path, renames: int) -> None:
    output = tmp_path / "dist"
    make(output, "old")
    kill_a_build(output, renames)
    with pytest.raises(RuntimeError), staged_dist(output):
        raise RuntimeError
    expected = "new" if renames == 3 else "old"
    assert (output / "index.html").read_text() == expected
    assert (tmp_path / "dist.evidence/report.json").read_text() == expected
    assert hidden(output) == []


def test_the_folder_of_a_build_that_runs_is_kept(tmp_path: Path) -> None:
    output = tmp_path / "dist"
    with subprocess.Popen(
        [sys.executable, "-c", BUSY, str(output)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == "ready\n"
        (before,) = hidden(output)
        with pytest.raises(RuntimeError), staged_dist(output):
            raise RuntimeError
        assert hidden(output) == [before]
        other.stdin.close()
    assert hidden(output) == []


def test_folders_of_others_are_kept(tmp_path: Path) -> None:
    output = tmp_path / "dist"
    names = (".dist-abcdefgh", ".dist-backup", ".dist-12345678.old", ".other-abcdefgh")
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.tex").write_text("precious")
    (tmp_path / ".dist-linked00").symlink_to(tmp_path / ".other-abcdefgh")
    make(output, "new")
    assert sorted(hidden(output)) == sorted([*names, ".dist-linked00"])


def test_a_deployment_that_was_killed_is_cleaned_up_too(tmp_path: Path) -> None:
    output = tmp_path / "viewer"
    kill_a_build(output, -1)
    with staged(output, MANIFEST_NAME) as work:
        Manifest({}, {}).write(work)
    assert hidden(output) == []


@pytest.mark.parametrize("name", ["[a]*?", "x" * 200])
def test_any_name_of_an_output_is_staged(tmp_path: Path, name: str) -> None:
    output = tmp_path / name
    kill_a_build(output, -1)
    make(output, "new")
    assert hidden(output) == []


def test_a_link_to_an_empty_folder_is_named_as_a_link(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "dist").symlink_to("empty")
    with pytest.raises(OutputNotOurs, match="is a symbolic link"):
        check_dist_output(tmp_path / "dist")


def test_a_name_whose_evidence_has_no_name_is_refused_before_work(tmp_path: Path) -> None:
    with pytest.raises(CacheUnusable) as caught:
        check_dist_output(tmp_path / ("x" * 250))
    assert "longer than the file system allows" in caught.value.cause
