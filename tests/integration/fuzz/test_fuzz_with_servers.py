"""Every kept input, and some new ones, for the parts that need Node or a port of loopback."""

from __future__ import annotations

import pytest

from fuzz.bounded import check_bounded
from fuzz.target import WITH_SERVERS


@pytest.mark.parametrize("name", WITH_SERVERS)
def test_hostile_input_gets_what_the_rules_allow(name: str) -> None:
    check_bounded(name)
