"""Temporary folders: what killed processes left is removed, and nothing else."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ohifbuild.core import temporary
from ohifbuild.core.temporary import MARKER, held_folder, remove_abandoned, system_folder
from ohifbuild.core.uninterrupted import uninterrupted

HOLDER = """
import sys
from pathlib import Path
from ohifbuild.core.temporary import held_folder

with held_folder(Path(sys.argv[1]), "work-") as folder:
    (folder / "file").write_text("1")
    print(folder, flush=True)
    sys.stdin.readline()
"""


def holder(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def names(parent: Path) -> set[str]:
    return {path.name for path in parent.iterdir()}


def test_a_folder_is_removed_at_its_end(tmp_path: Path) -> None:
    with held_folder(tmp_path, "work-") as folder:
        (folder / "inside").mkdir()
    assert not names(tmp_path)


def test_what_a_killed_process_left_is_removed_and_what_is_in_use_is_kept(tmp_path: Path) -> None:
    dead, left = holder(tmp_path)
    living, kept = holder(tmp_path)
    with dead, living:
        dead.kill()
        dead.wait()
        remove_abandoned(tmp_path, "work-")
        assert names(tmp_path) == {kept.name}
        assert left != kept
        assert living.stdin
        living.stdin.write("\n")
        living.stdin.flush()
    assert not names(tmp_path)


def test_a_folder_whose_maker_was_killed_before_it_locked_it_is_removed(tmp_path: Path) -> None:
    (tmp_path / "work-abcdefgh").mkdir()
    remove_abandoned(tmp_path, "work-")
    assert not names(tmp_path)


def test_folders_of_others_are_kept(tmp_path: Path) -> None:
    for name in ("work-abcdefgh", "work-abcdefgh.old", "other-abcdefgh"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.tex").write_text("precious")
    (tmp_path / "work-linked00").symlink_to("other-abcdefgh")
    (tmp_path / "work-afile000").write_text("")
    before = names(tmp_path)
    remove_abandoned(tmp_path, "work-")
    assert names(tmp_path) == before


def test_a_folder_that_is_removed_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, tries = temporary._locked, 0

    def removed_at_first(marker: Path) -> int | None:
        nonlocal tries
        tries += 1
        if tries == 1:
            remove_abandoned(tmp_path, "work-")
        return lock(marker)

    monkeypatch.setattr(temporary, "_locked", removed_at_first)
    with held_folder(tmp_path, "work-") as folder:
        assert (folder / MARKER).is_file()
    assert tries == 2


def test_without_locks_nothing_is_removed_that_may_be_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    dead, left = holder(tmp_path)
    with dead:
        dead.kill()
    monkeypatch.setattr("fcntl.flock", unsupported)
    with held_folder(tmp_path, "work-") as folder:
        assert names(tmp_path) == {left.name, folder.name}
    assert names(tmp_path) == {left.name}


def test_a_removal_that_is_interrupted_can_be_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("shutil.rmtree", lambda path, ignore_errors: None)
        with held_folder(tmp_path, "work-") as folder:
            (folder / "inside").mkdir()
    assert names(folder) == {MARKER, "inside"}
    remove_abandoned(tmp_path, "work-")
    assert not names(tmp_path)


def test_the_systems_folder_is_that_of_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert system_folder() == tmp_path
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/searched")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    assert system_folder() == Path("/searched")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_takes_effect_at_the_end_of_the_block(number: signal.Signals) -> None:
    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(number, interrupt)
    ended = False
    try:
        with pytest.raises(KeyboardInterrupt), uninterrupted():
            signal.raise_signal(number)
            ended = True
        assert ended
        assert signal.getsignal(number) is interrupt
    finally:
        signal.signal(number, before)
