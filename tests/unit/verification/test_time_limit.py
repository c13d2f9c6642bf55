from __future__ import annotations

import pytest

from ohifbuild.core.errors import BrowserFailed
from ohifbuild.verification.time_limit import time_limit


def test_a_run_is_stopped_when_its_time_is_over_and_says_how_far_it_came() -> None:
    now, seen = [100.0], ["open"]
    check = time_limit(600, seen, clock=lambda: now[0])
    now[0] = 700.0
    check()
    seen.append("reload")
    now[0] = 700.1
    with pytest.raises(BrowserFailed, match="stopped after 10 minutes and 2 scenarios"):
        check()
