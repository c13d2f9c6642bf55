"""Every kept input and some new ones, for all parts."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fuzz.bounded import check_bounded
from fuzz.target import IN_A_CHILD, IN_PROCESS, ROOT, WITH_SERVERS


@pytest.mark.parametrize("name", [*IN_PROCESS, *WITH_SERVERS])
def test_hostile_input_gets_an_answer_or_an_error_of_ours(name: str) -> None:
    check_bounded(name)


@pytest.mark.parametrize("name", IN_A_CHILD)
def test_hostile_input_takes_neither_much_memory_nor_long_and_crashes_nothing(name: str) -> None:
    command = [sys.executable, "-m", "fuzz.bounded", name]
    done = subprocess.run(command, cwd=ROOT / "tests", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
