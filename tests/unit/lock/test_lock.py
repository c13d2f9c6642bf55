from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.core.errors import LockDiffers, LockInvalid
from ohifbuild.lock.lock_file import LOCK_NAME, Lock, differences, read_lock, require_same

LOCK = Lock(
    {
        "release": {"version": "3.12.0", "commit": "04b1"},
        "options": {"token_header": "token", "public_url": "/"},
        "extensions": {"@ohifbuild/extension-token": "sha256:aa"},
    }
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / LOCK_NAME
    file.write_text(LOCK.text())
    return file


def test_what_is_locked_is_read_again(path: Path) -> None:
    assert read_lock(path) == LOCK


def test_the_text_does_not_depend_on_the_order_of_the_facts() -> None:
    backwards = Lock({n: dict(reversed(list(f.items()))) for n, f in reversed(list(LOCK.sections.items()))})
    assert backwards.text() == LOCK.text()


def test_an_edit_by_hand_is_found(path: Path) -> None:
    path.write_text(path.read_text().replace("3.12.0", "3.13.2"))
    with pytest.raises(LockInvalid, match="edited by hand"):
        read_lock(path)


def test_the_marks_of_a_merge_are_named(path: Path) -> None:
    path.write_text(f"<<<<<<< ours\n{LOCK.text()}=======\n>>>>>>> theirs\n")
    with pytest.raises(LockInvalid, match="unfinished merge"):
        read_lock(path)


def test_a_lock_of_a_newer_tool_is_refused(path: Path) -> None:
    path.write_text(path.read_text().replace("format = 1", "format = 2"))
    with pytest.raises(LockInvalid, match="newer ohifbuild"):
        read_lock(path)


@pytest.mark.parametrize("text", ["", "format", "format = 1", 'format = 1\n[lock]\ndigest = ""\n[a]\nb = 1', "\0"])
def test_anything_else_is_not_a_lock(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(LockInvalid):
        read_lock(path)


def test_every_difference_is_named(path: Path) -> None:
    now = Lock({**LOCK.sections, "release": {"version": "3.13.2"}, "options": LOCK.sections["options"]})
    assert differences(LOCK, now) == (
        "release.commit: locked '04b1', now nothing",
        "release.version: locked '3.12.0', now '3.13.2'",
    )
    with pytest.raises(LockDiffers, match="2 places"):
        require_same(LOCK, now, path)
    require_same(LOCK, LOCK, path)
