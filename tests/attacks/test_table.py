"""The tables themselves."""

from __future__ import annotations

from collections import Counter
from typing import Protocol

from attacks.rows import ORTHANC_ATTACKS, PAGE_ATTACKS, PROFILE_ATTACKS, SOCKET_ATTACKS


class Row(Protocol):
    """What every row has."""

    @property
    def name(self) -> str: ...

    @property
    def why(self) -> str: ...


ROWS: tuple[Row, ...] = (*PAGE_ATTACKS, *SOCKET_ATTACKS, *ORTHANC_ATTACKS, *PROFILE_ATTACKS)


def test_there_are_enough_rows_each_with_a_name_of_its_own_and_a_reason() -> None:
    assert len(ROWS) >= 120
    assert [name for name, count in Counter(row.name for row in ROWS).items() if count > 1] == []
    assert [row.name for row in ROWS if not row.why] == []


def test_every_demand_says_what_it_demands() -> None:
    demands: list[tuple[str, object]] = [(row.name, row.demand) for row in PAGE_ATTACKS]
    demands += [(row.name, row.demand) for row in SOCKET_ATTACKS]
    assert [name for name, demand in demands if not demand.__doc__] == []
