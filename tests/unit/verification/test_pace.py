"""A wait may take longer on a slow machine: what counts is how slow the machine was during the wait."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ohifbuild.verification.pace import INTERVALS, MOST, Pace, measured


def waited(slowness: Iterable[float], seconds: float = 10, step: float = 1) -> float | None:
    """After how many seconds a wait is over if the machine is that slow at each measurement; None if it is not."""
    now, each = [0.0], iter(slowness)
    budget = Pace(measure=lambda: next(each)).budget(seconds, lambda: now[0])
    while True:
        now[0] += step
        try:
            if budget.is_over():
                return now[0]
        except StopIteration:
            return None


@pytest.mark.parametrize(
    ("throttle", "machine", "expected"), [(1, 0.2, 1), (1, 3, 3), (4, 0.2, 4), (4, 3, 12), (4, 100, MOST)]
)
def test_a_run_is_as_slow_as_its_machine_and_its_browser_together(
    throttle: float, machine: float, expected: float
) -> None:
    assert Pace(throttle, lambda: machine).slowness() == expected


@pytest.mark.parametrize(("slowness", "seconds"), [(0.5, 10), (1, 10), (2, 20), (4, 40)])
def test_a_wait_is_over_when_the_machine_has_had_its_time(slowness: float, seconds: float) -> None:
    assert waited([slowness] * 100) == seconds


def test_a_fast_moment_at_the_end_does_not_end_the_wait_of_a_slow_machine() -> None:
    assert waited([*[4.0] * 10, 1.0, *[4.0] * 100]) == 37  # ten seconds count as 2.5, the fast one as 1


def test_a_slow_moment_does_not_prolong_the_rest() -> None:
    assert waited([*[1.0] * 9, 4.0, *[1.0] * 100]) == 11


def test_a_wait_within_its_first_interval_measures_nothing() -> None:
    now = [0.0]
    budget = Pace(measure=lambda: pytest.fail("measured")).budget(10, lambda: now[0])
    now[0] = 10 / INTERVALS - 0.01
    assert not budget.is_over()


def test_the_time_in_which_the_waiting_program_was_stopped_does_not_count() -> None:
    assert waited([1.0] * 100, step=3600) == 5 * 3600


def test_a_machine_takes_some_time_for_the_work() -> None:
    assert measured() > 0
