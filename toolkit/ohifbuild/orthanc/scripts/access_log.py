"""The access log of ``token_filter.py``: which share opened which study, when, and how many images it asked for.

Each line is a JSON object about one share, one study and one quarter of an hour, so the log says who looked at what
without a line for each request::

    {"from": "2027-01-31T12:00:00Z", "share": "1f2e3d4c5b6a", "note": "for Dr Ray", "study": "1.2.3",
     "first": "2027-01-31T12:04:10Z", "last": "2027-01-31T12:09:31Z", "searches": 2, "metadata": 6, "frames": 120,
     "files": 0, "refused": 0}

``share`` is the share's id, or ``auth-service`` for tokens of an orthanc-auth-service; ``study`` is empty where a share
asked for something else than its studies. Requests without a valid token are only counted: their line has an empty
``share``, so an attack adds one line in a quarter of an hour. The log has neither tokens nor digests, addresses or
names of patients.

The requests are counted in memory. A thread writes the lines of the current quarter again when they change, at most
once a second, so no request waits for the disk. A full log is moved to a second file, whose contents are replaced.

Requires Python 3.9 and only the standard library.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import bounded_json

QUARTER = 900
"""Seconds."""

LONGEST_LOG = 4 * 1024 * 1024
"""Bytes, after which the log is moved to the second file at the next quarter."""

MOST_LINES = 2000
"""Lines in a quarter. What would need more is counted together with the anonymous requests."""

LONGEST_LINE = 4096
"""Bytes. A line that we write has at most some 1,600: a note of 200 characters has up to 1,200."""

PAUSE_SECONDS = 1.0
COMPLAINT_SECONDS = 3600.0

FRAMES = re.compile(r"/frames/([0-9,]+)(?:/|$)")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
ANONYMOUS = ("", "")


@dataclass
class Count:
    """How often a share asked for a study in one quarter of an hour."""

    note: str
    first: float
    last: float = 0.0
    asked: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("searches", "metadata", "frames", "files"), 0))
    refused: int = 0


class AccessLog:
    """Counts requests and writes the counts; ``record`` can be called from any thread.

    Args:
        path: the log; the second file has ``.1`` after its name.
        complain: is called with the reason if the log cannot be written, at most once an hour.
        clock: seconds since 1970.
    """

    def __init__(self, path: Path, complain: Callable[[str], None], clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._complain = complain
        self._clock = clock
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._changed = threading.Event()
        self._quarter = 0
        self._counts: dict[tuple[str, str], Count] = {}
        self._due: list[tuple[int, list[str]]] = []
        self._start: tuple[int, int] | None = None
        self._complained = 0.0

    def record(self, share: str, note: str, study: str, tail: str, allowed: bool) -> None:
        """Counts a request.

        Args:
            share: the share's id; "" for a request without a valid token.
            note: the share's note.
            study: its Study Instance UID; "" if it named no study of the share.
            tail: its raw path below the DICOMweb root.
            allowed: whether the filter allowed it.
        """
        now = self._clock()
        with self._lock:
            self._begin(int(now // QUARTER) * QUARTER)
            key = (share, study)
            if key not in self._counts and len(self._counts) >= MOST_LINES:
                key = ANONYMOUS
            count = self._counts.setdefault(key, Count(note if key != ANONYMOUS else "", now))
            count.last = now
            if allowed:
                kind, number = asked_for(tail)
                count.asked[kind] += number
            else:
                count.refused += 1
        self._changed.set()

    def start(self) -> None:
        """Starts the thread that writes. It ends with the process, after what was counted last is written."""
        atexit.register(self.write)
        threading.Thread(target=self._write_forever, name="access-log", daemon=True).start()

    def write(self) -> None:
        """Writes what was counted since the last call."""
        with self._writing:
            with self._lock:
                due, self._due = self._due, []
                current = (self._quarter, self._lines())
            try:
                for quarter, lines in (*due, current):
                    self._write_quarter(quarter, lines)
            except OSError as error:
                self._start = None
                if time.monotonic() - self._complained > COMPLAINT_SECONDS or not self._complained:
                    self._complained = time.monotonic()
                    self._complain(f"Token filter: the access log {self._path} cannot be written: {error.strerror}")

    def _begin(self, quarter: int) -> None:
        if quarter != self._quarter:
            if self._counts:
                self._due = [*self._due[-3:], (self._quarter, self._lines())]
            self._quarter, self._counts = quarter, {}

    def _lines(self) -> list[str]:
        return [_line(self._quarter, share, study, count) for (share, study), count in self._counts.items()]

    def _write_forever(self) -> None:
        while True:
            self._changed.wait()
            self._changed.clear()
            began = time.monotonic()
            self.write()
            # A slow disk is left alone for most of the time.
            time.sleep(max(PAUSE_SECONDS, 20 * (time.monotonic() - began)))

    def _write_quarter(self, quarter: int, lines: list[str]) -> None:
        """Writes the lines of a quarter at the end of the log, over their earlier versions, which are never longer."""
        data = "".join(lines).encode("ascii")
        if not data:
            return
        descriptor = _opened(self._path)
        try:
            end = os.fstat(descriptor).st_size
            known, offset = self._start or (None, 0)
            if known != quarter or offset > end:
                if end > LONGEST_LOG:
                    _move(descriptor, self._path.with_name(f"{self._path.name}.1"))
                    end = 0
                offset = end
                self._start = (quarter, offset)
            os.pwrite(descriptor, data, offset)
        finally:
            os.close(descriptor)


def asked_for(tail: str) -> tuple[str, int]:
    """What a request asks for, and how many of it: ``searches``, ``metadata``, ``frames`` or ``files``.

    Args:
        tail: its raw path below the DICOMweb root.
    """
    frames = FRAMES.search(unquote(tail))
    if frames:
        return "frames", len([number for number in frames[1].split(",") if number])
    last = tail.rstrip("/").rpartition("/")[2]
    if last == "metadata":
        return "metadata", 1
    return ("searches" if last in ("studies", "series", "instances") else "files"), 1


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a log and of its second file, the oldest first. Lines that are not valid are left out."""
    for file in (path.with_name(f"{path.name}.1"), path):
        try:
            if not stat.S_ISREG(file.lstat().st_mode):
                continue
            with file.open("rb") as opened:
                data = opened.read(2 * LONGEST_LOG)
        except OSError:
            continue
        for line in data.split(b"\n"):
            try:
                found = bounded_json.parse(line, LONGEST_LINE)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found


def _line(quarter: int, share: str, study: str, count: Count) -> str:
    document = {
        "from": _moment(quarter),
        "share": share,
        "note": count.note,
        "study": study,
        "first": _moment(count.first),
        "last": _moment(count.last),
        **count.asked,
        "refused": count.refused,
    }
    return json.dumps(document) + "\n"


def _moment(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, timezone.utc)  # noqa: UP017 (Python 3.9)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _opened(path: Path) -> int:
    """The file, created if it is missing; a link or a pipe is refused."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "it is not a regular file")
    return descriptor


def _move(descriptor: int, second: Path) -> None:
    """Copies the file into the second one and empties it: Orthanc's user may not rename files in a folder of root."""
    target = _opened(second)
    try:
        os.ftruncate(target, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        while part := os.read(descriptor, 1024 * 1024):
            os.write(target, part)
    finally:
        os.close(target)
    os.ftruncate(descriptor, 0)
