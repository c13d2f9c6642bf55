"""Attacks on Orthanc with the token filter: it refuses each, and does not once a rule is taken out."""

from __future__ import annotations

import pytest

from attacks.orthancs import REFUSED, OrthancAttack, Orthancs
from attacks.rows import ORTHANC_ATTACKS

TRIED = [pytest.param(attack, id=attack.name) for attack in ORTHANC_ATTACKS]


@pytest.mark.parametrize("attack", TRIED)
def test_orthanc_refuses(orthancs: Orthancs, attack: OrthancAttack) -> None:
    assert orthancs.status(attack) == REFUSED


@pytest.mark.parametrize("attack", TRIED)
def test_orthanc_with_a_weakened_filter_does_not(orthancs: Orthancs, attack: OrthancAttack) -> None:
    assert orthancs.status(attack, attack.weakened) != REFUSED, f"it refuses though {attack.weakened.name}"
