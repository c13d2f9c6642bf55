from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path
from types import MappingProxyType

import pytest

from ohifbuild.core.errors import CacheUnusable, LockDiffers, LockInvalid
from ohifbuild.core.temporary import MARKER
from ohifbuild.lock.lock_file import LOCK_NAME, Lock, check_lock_place, differences, read_lock, require_same, write_lock

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


WRITTEN = """\
# Written by `ohifbuild lock`, and by `ohifbuild build` when the recipe changed; commit it, and do not edit it.
# `ohifbuild build --locked` never changes it. `ohifbuild lock --upgrade` moves it to newer releases.
format = 1

[options]
public_url = "/"

[release]
version = "3.12.0"

[lock]
digest = "sha256:ac31b66b7a97e5d28cb1325c79e9bd380a115c5421b372c2372072d68f8ce095"
"""


def test_a_lock_that_was_committed_before_is_still_read_and_written_in_the_same_way(path: Path) -> None:
    path.write_text(WRITTEN)
    lock = read_lock(path)
    assert lock.sections == {"options": {"public_url": "/"}, "release": {"version": "3.12.0"}}
    assert lock.text() == WRITTEN


def test_every_fact_is_a_text_even_if_its_quotes_are_gone(path: Path) -> None:
    path.write_text(Lock({"options": {"size": "1"}}).text().replace('size = "1"', "size = 1"))
    assert read_lock(path).sections == {"options": {"size": "1"}}


def test_the_digest_is_of_the_facts_whatever_holds_them() -> None:
    shown = MappingProxyType({name: MappingProxyType(dict(facts)) for name, facts in LOCK.sections.items()})
    assert Lock(shown).digest == LOCK.digest


def test_what_is_locked_is_read_again(path: Path) -> None:
    assert read_lock(path) == LOCK


def test_the_text_does_not_depend_on_the_order_of_the_facts() -> None:
    backwards = Lock({n: dict(reversed(list(f.items()))) for n, f in reversed(list(LOCK.sections.items()))})
    assert backwards.text() == LOCK.text()


@pytest.mark.parametrize("version", [f"3.{minor}.0" for minor in range(20) if minor != 12])
def test_an_edit_by_hand_is_found(path: Path, version: str) -> None:
    path.write_text(path.read_text().replace("3.12.0", version))
    with pytest.raises(LockInvalid, match="edited by hand") as caught:
        read_lock(path)
    assert caught.value.cause
    assert f"git checkout {path}" in caught.value.fix


def test_a_lock_that_was_read_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        LOCK.sections = {}  # type: ignore[misc]


@pytest.mark.parametrize("mark", ["<<<<<<< ours", "=======", ">>>>>>> theirs"])
def test_each_mark_of_a_merge_is_named(path: Path, mark: str) -> None:
    path.write_text(f"{LOCK.text()}{mark}\n")
    with pytest.raises(LockInvalid, match="unfinished merge"):
        read_lock(path)


def test_a_lock_of_a_newer_tool_is_refused(path: Path) -> None:
    path.write_text(path.read_text().replace("format = 1", "format = 2"))
    with pytest.raises(LockInvalid, match="newer ohifbuild"):
        read_lock(path)


@pytest.mark.parametrize("format", ["0", "-1", "true", "1.0", '"1"', "[1]"])
def test_a_format_that_is_no_number_from_1_is_refused(path: Path, format: str) -> None:
    path.write_text(path.read_text().replace("format = 1", f"format = {format}"))
    with pytest.raises(LockInvalid, match="not a number from 1"):
        read_lock(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "format",
        "format = 1",
        "format = 1\nlock = 1",
        'format = 1\na = 1\n[lock]\ndigest = ""',
        'format = 1\n[lock]\ndigest = ""\n[a]\nb = 1',
        "\0",
    ],
)
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
    with pytest.raises(LockDiffers, match="2 places") as caught:
        require_same(LOCK, now, path)
    assert caught.value.details.splitlines() == [f"  {line}" for line in differences(LOCK, now)]
    require_same(LOCK, LOCK, path)


def test_differences_are_in_the_order_of_the_file() -> None:
    names = [f"{letter}{number}" for letter in "abc" for number in range(4)]
    sections = {name: dict.fromkeys(reversed(names), "1") for name in reversed(names)}
    lines = differences(Lock({}), Lock(sections))
    assert [line.split(":")[0] for line in lines] == [f"{section}.{name}" for section in names for name in names]
    gone = differences(Lock(sections), Lock({}))
    assert [line.split(":")[0] for line in gone] == [line.split(":")[0] for line in lines]
    assert all(line.endswith("now nothing") for line in gone)


def test_one_difference_is_told_as_one_place(path: Path) -> None:
    now = Lock({**LOCK.sections, "release": {**LOCK.sections["release"], "version": "3.13.2"}})
    with pytest.raises(LockDiffers, match="in one place") as caught:
        require_same(LOCK, now, path)
    assert caught.value.cause
    assert "ohifbuild lock" in caught.value.fix


def test_without_a_lock_file_it_is_said_how_to_write_one(path: Path) -> None:
    with pytest.raises(LockDiffers, match="no lock file") as caught:
        require_same(Lock({}), LOCK, path)
    assert caught.value.cause
    assert "ohifbuild lock" in caught.value.fix


def test_a_place_where_no_lock_can_be_written_is_found_before_a_build_if_the_lock_changes(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    place = tmp_path / "file" / LOCK_NAME
    with pytest.raises(CacheUnusable):
        check_lock_place(place, LOCK)
    with pytest.raises(CacheUnusable):
        write_lock(place, LOCK)
    check_lock_place(place, Lock({}))


def test_what_a_killed_process_left_beside_the_lock_is_removed_although_nothing_changes(path: Path) -> None:
    left = path.with_name(f".{path.name}-abcd1234")
    left.mkdir()
    for name in (MARKER, "new"):
        (left / name).touch()
    assert write_lock(path, LOCK) == ()
    assert list(path.parent.iterdir()) == [path]
