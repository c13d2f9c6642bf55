from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from access_log import LONGEST_LINE, LONGEST_LOG, MOST_LINES, QUARTER, AccessLog, asked_for, read_lines

STUDY = "1.2.3"
NOON = 1_900_000_800.0
SERIES = f"studies/{STUDY}/series"


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def log(tmp_path: Path, clock: Clock, complaints: list[str]) -> AccessLog:
    return AccessLog(tmp_path / "access.jsonl", complaints.append, clock)


def lines(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "access.jsonl").read_text().splitlines()]


def test_a_share_a_study_and_a_quarter_of_an_hour_give_one_line(tmp_path: Path, log: AccessLog, clock: Clock) -> None:
    log.record("a" * 12, "for Dr Ray", STUDY, SERIES, True)
    log.write()
    clock.now += 100
    log.record("a" * 12, "for Dr Ray", STUDY, f"studies/{STUDY}/metadata", True)
    log.record("a" * 12, "for Dr Ray", STUDY, f"{SERIES}/1/instances/2/frames/1,2,3", True)
    log.record("a" * 12, "for Dr Ray", STUDY, f"{SERIES}/1/instances/2/rendered", True)
    log.write()
    assert lines(tmp_path) == [
        {
            "from": "2030-03-17T18:00:00Z",
            "share": "a" * 12,
            "note": "for Dr Ray",
            "study": STUDY,
            "first": "2030-03-17T18:00:00Z",
            "last": "2030-03-17T18:01:40Z",
            "searches": 1,
            "metadata": 1,
            "frames": 3,
            "files": 1,
            "refused": 0,
        }
    ]
    clock.now += QUARTER
    log.record("a" * 12, "", STUDY, SERIES, True)
    log.record("b" * 12, "", STUDY, SERIES, True)
    log.write()
    assert [line["share"][0] for line in lines(tmp_path)] == ["a", "a", "b"]
    assert len({line["from"] for line in lines(tmp_path)}) == 2


def test_refusals_are_counted_and_an_attack_adds_one_line(tmp_path: Path, log: AccessLog) -> None:
    for number in range(5000):
        log.record("", "", "", f"guess/{number}", False)
        if number % 1000 == 0:
            log.write()
    log.write()
    (line,) = lines(tmp_path)
    assert (line["share"], line["study"], line["refused"]) == ("", "", 5000)
    assert (tmp_path / "access.jsonl").stat().st_size < 300


def test_what_was_counted_before_the_quarter_ended_is_written_after_it(
    tmp_path: Path, log: AccessLog, clock: Clock
) -> None:
    log.record("a" * 12, "", STUDY, SERIES, True)
    log.write()
    log.record("a" * 12, "", STUDY, SERIES, True)
    clock.now += QUARTER
    log.record("b" * 12, "", STUDY, SERIES, True)
    log.write()
    assert [(line["share"][0], line["searches"]) for line in lines(tmp_path)] == [("a", 2), ("b", 1)]


def test_a_quarter_has_a_bounded_number_of_lines(tmp_path: Path, log: AccessLog) -> None:
    for number in range(MOST_LINES + 50):
        log.record("a" * 12, "secret note", f"1.{number}", SERIES, True)
    log.write()
    found = lines(tmp_path)
    assert len(found) == MOST_LINES + 1
    assert (found[-1]["share"], found[-1]["note"], found[-1]["searches"]) == ("", "", 50)


def test_a_full_log_is_moved_to_the_second_file(tmp_path: Path, clock: Clock, complaints: list[str]) -> None:
    path, second = tmp_path / "access.jsonl", tmp_path / "access.jsonl.1"
    for kept in ("x", "y"):
        path.write_text(kept * (LONGEST_LOG + 1))
        log = AccessLog(path, complaints.append, clock)
        log.record("a" * 12, "", STUDY, SERIES, True)
        log.write()
        assert len(lines(tmp_path)) == 1
        assert second.read_text() == kept * (LONGEST_LOG + 1)
    assert second.stat().st_mode & 0o777 == 0o600


def test_after_a_restart_lines_are_added_and_none_is_overwritten(
    tmp_path: Path, log: AccessLog, clock: Clock, complaints: list[str]
) -> None:
    log.record("a" * 12, "", STUDY, SERIES, True)
    log.write()
    again = AccessLog(tmp_path / "access.jsonl", complaints.append, clock)
    again.record("a" * 12, "", STUDY, SERIES, True)
    again.write()
    assert [line["searches"] for line in lines(tmp_path)] == [1, 1]


def test_a_log_that_an_administrator_emptied_is_written_from_its_start(tmp_path: Path, log: AccessLog) -> None:
    (tmp_path / "access.jsonl").write_text("an earlier line\n")
    log.record("a" * 12, "", STUDY, SERIES, True)
    log.record("b" * 12, "", STUDY, SERIES, True)
    log.write()
    (tmp_path / "access.jsonl").write_text("")
    log.write()
    assert len(lines(tmp_path)) == 2


REPLACEMENTS: dict[str, Callable[[Path], object]] = {
    "a link": lambda path: path.symlink_to("victim"),
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
}


@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_a_log_that_cannot_be_written_is_complained_of_once_and_stops_nothing(
    tmp_path: Path, log: AccessLog, complaints: list[str], replacement: str
) -> None:
    path = tmp_path / "access.jsonl"
    (tmp_path / "victim").write_text("precious")
    REPLACEMENTS[replacement](path)
    for _ in range(3):
        log.record("a" * 12, "", STUDY, SERIES, True)
        log.write()
    assert len(complaints) == 1
    assert replacement != "a pipe" or "not a regular file" in complaints[0]
    assert (tmp_path / "victim").read_text() == "precious"
    assert list(read_lines(path)) == []
    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    log.write()
    assert lines(tmp_path)[0]["searches"] == 3


@pytest.mark.parametrize("note", ["x\n{}", '"}\n{"share": "b"}', "\x1b[2J", "\u202e", "\ud800", "\u20ac" * 200])
def test_a_note_neither_forges_a_line_nor_reaches_the_log_raw(tmp_path: Path, log: AccessLog, note: str) -> None:
    log.record("a" * 12, note, STUDY, SERIES, True)
    log.write()
    text = (tmp_path / "access.jsonl").read_bytes()
    assert text.count(b"\n") == 1
    assert len(text) < LONGEST_LINE
    assert text.isascii()
    assert text.decode().rstrip("\n").isprintable()
    assert [line["share"] for line in read_lines(tmp_path / "access.jsonl")] == ["a" * 12]


def test_requests_of_many_threads_are_all_counted(tmp_path: Path, log: AccessLog) -> None:
    def ask() -> None:
        for _ in range(200):
            log.record("a" * 12, "", STUDY, SERIES, True)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        log.write()
        thread.join(30)
    log.write()
    assert [line["searches"] for line in lines(tmp_path)] == [1600]


def test_lines_of_unknown_origin_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    path.with_name("access.jsonl.1").write_text('{"share": "old"}\n')
    path.write_bytes(b'\xff\n[]\n1\n{"share": "a"}\n' + b"[" * 100_000 + b"\n" + b" " * 10_000 + b'{"share": "cut')
    assert list(read_lines(path)) == [{"share": "old"}, {"share": "a"}]


@pytest.mark.parametrize(
    ("tail", "kind", "number"),
    [
        ("studies", "searches", 1),
        (f"studies/{STUDY}/series", "searches", 1),
        (f"studies/{STUDY}/series/1/instances/", "searches", 1),
        (f"studies/{STUDY}/metadata", "metadata", 1),
        (f"studies/{STUDY}/series/1/instances/2/frames/1", "frames", 1),
        (f"studies/{STUDY}/series/1/instances/2/frames/1,2,,9", "frames", 3),
        (f"studies/{STUDY}/series/1/instances/2/frames/1%2C2", "frames", 2),
        (f"studies/{STUDY}/series/1/instances/2/frames/4/rendered", "frames", 1),
        (f"studies/{STUDY}/series/1/instances/2", "files", 1),
        (f"studies/{STUDY}/series/1/instances/2/bulk/00420011", "files", 1),
        ("", "files", 1),
    ],
)
def test_requests_are_told_apart(tail: str, kind: str, number: int) -> None:
    assert asked_for(tail) == (kind, number)


def test_the_thread_writes_by_itself(tmp_path: Path, log: AccessLog, monkeypatch: pytest.MonkeyPatch) -> None:
    written, write = threading.Event(), log.write

    def noticed() -> None:
        write()
        written.set()

    monkeypatch.setattr("atexit.register", lambda _: None)
    monkeypatch.setattr(log, "write", noticed)
    log.start()
    log.record("a" * 12, "", STUDY, SERIES, True)
    assert written.wait(30)
    assert len(lines(tmp_path)) == 1
