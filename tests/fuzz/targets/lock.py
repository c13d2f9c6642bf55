"""Lock files: any file gives a ``Lock`` that says the same when it is written again, or a ``LockInvalid``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from fuzz.spoil import spoilt, text
from fuzz.target import Check
from fuzz.targets.recipe import printable
from ohifbuild.core.errors import LockInvalid
from ohifbuild.lock.lock_file import Lock, read_lock

WORDS = (
    b"format = ",
    b"inf",
    b"nan",
    b"[lock]\n",
    b"digest = ",
    b"[release]\n",
    b"<<<<<<<",
    b"[[",
    b"true",
    b"1979-05-27",
)


def generate(random: Random) -> bytes:
    sections = {
        text(random, "release", "options", "toolchain"): {
            text(random, "version"): text(random, "3.12.0") for _ in range(2)
        }
        for _ in range(random.randrange(4))
    }
    return spoilt(random, Lock(sections).text().encode(), WORDS)


@contextmanager
def checker() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        path, again = Path(folder) / "ohifbuild.lock", Path(folder) / "again.lock"

        def check(data: bytes) -> None:
            path.write_bytes(data)
            try:
                lock = read_lock(path)
            except LockInvalid as error:
                printable(error.what, error.details, error.cause, error.fix)
                return
            again.write_text(lock.text(), encoding="utf-8")
            assert read_lock(again) == lock

        yield check
