from __future__ import annotations

from collections.abc import Callable

import pytest

from ohifbuild.core.errors import BrowserFailed
from ohifbuild.verification.pace import Pace
from ohifbuild.verification.time_limit import time_limit


def minutes_until(check: Callable[[], None], now: list[float]) -> float:
    """How many minutes pass until a check raises; it is called each minute."""
    with pytest.raises(BrowserFailed):
        while True:
            check()
            now[0] += 60
    return now[0] / 60


def test_a_run_is_stopped_when_its_time_is_over_and_says_how_far_it_came() -> None:
    now, seen = [0.0], ["open"]
    check = time_limit(600, seen, pace=Pace(measure=lambda: 1.0), clock=lambda: now[0])
    assert minutes_until(check, now) == 10
    seen.append("reload")
    with pytest.raises(BrowserFailed, match="stopped after 10 minutes and 2 scenarios"):
        check()


def test_a_slow_machine_gets_more_time() -> None:
    now = [0.0]
    assert minutes_until(time_limit(600, [], pace=Pace(measure=lambda: 3.0), clock=lambda: now[0]), now) == 30
