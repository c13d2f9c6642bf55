from __future__ import annotations

import pytest

from ohifbuild.core.errors import BrowserFailed
from ohifbuild.verification.pace import Pace
from ohifbuild.verification.time_limit import time_limit


def test_a_run_is_stopped_when_its_time_is_over_and_says_how_far_it_came() -> None:
    now, seen = [100.0], ["open"]
    check = time_limit(600, seen, pace=Pace(measure=lambda: 1.0), clock=lambda: now[0])
    now[0] = 700.0
    check()
    seen.append("reload")
    now[0] = 700.1
    with pytest.raises(BrowserFailed, match="stopped after 10 minutes and 2 scenarios"):
        check()


def test_a_slow_machine_gets_more_time() -> None:
    now = [0.0]
    check = time_limit(600, [], pace=Pace(measure=lambda: 3.0), clock=lambda: now[0])
    now[0] = 1799.0
    check()
    now[0] = 1801.0
    with pytest.raises(BrowserFailed, match="stopped after 30 minutes"):
        check()
