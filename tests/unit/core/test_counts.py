from __future__ import annotations

import pytest

from ohifbuild.core.counts import counted, times


@pytest.mark.parametrize(("number", "text"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_the_noun_agrees_with_the_number(number: int, text: str) -> None:
    assert counted(number, "file") == text


def test_an_irregular_plural_can_be_given() -> None:
    assert (counted(1, "entry", "entries"), counted(2, "entry", "entries")) == ("1 entry", "2 entries")


def test_one_time_is_once() -> None:
    assert [times(number) for number in (0, 1, 2)] == ["0 times", "once", "2 times"]
