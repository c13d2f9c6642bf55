"""The clock of the machine jumps in the middle of a command. libfaketime moves it, for every program of the command."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from faults.child import Fault
from faults.kills import clean_run, leftovers
from faults.world import World
from system import installed


@pytest.fixture(scope="module")
def faketime() -> dict[str, str]:
    """The environment in which a file moves the clock. Waits go on as they are: only the time of day jumps."""
    program = installed("faketime", "faketime")
    asked = subprocess.run([program, "now", "printenv", "LD_PRELOAD"], capture_output=True, text=True, check=True)
    return {"LD_PRELOAD": asked.stdout.strip(), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def without_times(name: str, result: Any) -> object:
    """A result without what the time decides: when shares end, and which earlier viewers a deployment still has."""
    if name == "share add":
        return {note for note, _ in result}
    return result is not None if name == "deploy" else result


@pytest.mark.parametrize("jump", ["+10y", "-10y"])
@pytest.mark.parametrize("name", ["build", "move", "deploy", "share add"])
def test_a_clock_that_jumps_in_the_middle_changes_no_result(
    world: World, faketime: dict[str, str], tmp_path: Path, name: str, jump: str
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0")
    variables = {**world.variables, **faketime, "FAKETIME_TIMESTAMP_FILE": str(clock)}
    command = world.commands[name]
    clean = clean_run(world, command, tmp_path / "clean")
    case = replace(world, variables=variables).case(tmp_path / "case", command)
    done = case.run(Fault(max(1, clean.calls // 2), clock=jump, places=(str(case.folder),)))
    assert clock.read_text() == jump
    assert done.status == 0, done.errors
    assert without_times(name, case.result()) == without_times(name, clean.after)
    assert not leftovers(case)
    again = case.run()
    assert again.status == 0, again.errors
    assert without_times(name, case.result()) == without_times(name, clean.after)
