from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohifbuild.core.errors import ShareRefused
from ohifbuild.shares.expiry import LONGEST, expiry

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12h", "2026-11-26T21:30:00+01:00"),
        (" 7d ", "2026-12-03T09:30:00+01:00"),
        ("2w", "2026-12-10T09:30:00+01:00"),
        ("2026-11-26", "2026-11-27T00:00:00+01:00"),
        ("2026-12-24", "2026-12-25T00:00:00+01:00"),
        ("2026-12-24T18:00", "2026-12-24T18:00:00+01:00"),
        ("2026-12-24T18:00Z", "2026-12-24T18:00:00+00:00"),
        ("2026-12-24 18:00-05:00", "2026-12-24T18:00:00-05:00"),
    ],
)
def test_a_duration_or_a_date_is_a_moment(text: str, moment: str) -> None:
    assert expiry(text, NOW).isoformat() == moment


@pytest.mark.parametrize(
    "text",
    [
        *("", "0d", "7", "d", "7 d", "-7d", "7m", "1e3d", "never", "tomorrow", "3651d", "99999w", "100000d"),
        *("2026-11-25", "2026-11-26T08:30", "2036-12-24", "9999-12-31", "0001-01-01T00:00+23:59", "2026-02-30"),
        *("24.12.2026", "20261224", "2026-W52-1", "12-24", "2026-12-24T25:00", "\u0661d", "7d\n7d"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ShareRefused) as caught:
        expiry(text, NOW)
    assert "--expires" in caught.value.fix
    assert caught.value.what.isprintable()


@given(st.text(max_size=30))
def test_no_text_gives_another_error_or_a_moment_outside_the_limits(text: str) -> None:
    try:
        found = expiry(text, NOW)
    except ShareRefused:
        return
    assert NOW < found <= NOW + LONGEST
    assert found.astimezone(UTC)
