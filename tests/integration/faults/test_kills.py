"""A few of the kills of ``nox -s faults``: one at each kind of boundary."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from faults.kills import Kill, clean_run, killed
from faults.world import World

KILLS = {
    "build": (signal.SIGKILL, 0.7),
    "move": (signal.SIGKILL, 0.95),
    "deploy": (signal.SIGTERM, 0.6),
    "prune": (signal.SIGKILL, 0.4),
    "share add": (signal.SIGKILL, 0.8),
    "lock": (signal.SIGSTOP, 0.5),
}


@pytest.mark.parametrize("name", KILLS)
def test_the_next_run_does_all_that_a_killed_one_did_not(world: World, tmp_path: Path, name: str) -> None:
    number, share = KILLS[name]
    command = world.commands[name]
    clean = clean_run(world, command, tmp_path / "clean")
    kill = Kill(number, call=max(1, round(clean.calls * share)))
    outcome = killed(world, command, clean, kill, tmp_path / "case")
    assert not outcome.problems, "\n".join(outcome.problems)
    if number == signal.SIGKILL:
        assert outcome.ended == f"status {-signal.SIGKILL}"
