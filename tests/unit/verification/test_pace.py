"""A wait may take longer on a slow machine, and is measured only when it takes longer than usual."""

from __future__ import annotations

import pytest

from ohifbuild.verification.pace import MOST, Pace, measured


@pytest.mark.parametrize(
    ("throttle", "machine", "expected"), [(1, 0.2, 1), (1, 3, 3), (4, 0.2, 4), (4, 3, 12), (4, 100, MOST)]
)
def test_a_run_is_as_slow_as_its_machine_and_its_browser_together(
    throttle: float, machine: float, expected: float
) -> None:
    assert Pace(throttle, lambda: machine).slowness() == expected


def test_a_wait_is_over_when_a_machine_of_this_pace_has_had_its_time() -> None:
    slow = Pace(measure=lambda: 3.0)
    assert [slow.is_over(10, elapsed) for elapsed in (9, 11, 29, 31)] == [False, False, False, True]


def test_a_wait_within_its_usual_time_measures_nothing() -> None:
    def measure() -> float:
        raise AssertionError("measured")

    assert not Pace(measure=measure).is_over(10, 10)


def test_a_machine_takes_some_time_for_the_work() -> None:
    assert measured() > 0
