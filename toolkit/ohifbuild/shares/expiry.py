"""When a share expires, as a person writes it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ohifbuild.core.errors import ShareRefused

LONGEST = timedelta(days=3650)

_DURATION = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def expiry(text: str, now: datetime) -> datetime:
    """The moment that a text names.

    Args:
        text: a duration such as ``12h``, ``7d`` or ``2w``; a date, which ends at midnight; or a date with a time.
        now: with a time zone, which dates without one are in.

    Raises:
        ShareRefused: the text is none of these, or the moment is past or too far away.
    """
    moment = _moment(text.strip(), now)
    if moment is None:
        raise ShareRefused(
            f"{text!r} is no time at which a share can expire.",
            cause="Expected a duration (12h, 7d, 2w), a date (2026-12-24), or a date with a time (2026-12-24T18:00).",
            fix="Give such a time with --expires.",
        )
    if not now < moment <= now + LONGEST:
        raise ShareRefused(
            f"A share cannot expire at {moment.isoformat(timespec='minutes')}.",
            cause="The time is past, or more than ten years away.",
            fix="Give another time with --expires.",
        )
    return moment


def _moment(text: str, now: datetime) -> datetime | None:
    duration = _DURATION.fullmatch(text)
    if duration:
        return now + int(duration[1]) * _UNITS[duration[2]]
    if not _DATE.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        if _DATE.fullmatch(text):
            moment += timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
