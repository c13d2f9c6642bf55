"""Attacks on Orthanc with the token filter: it refuses each one, and does not refuse it if a rule is removed."""

from __future__ import annotations

import pytest

from attacks.orthancs import REFUSED, OrthancAttack, Orthancs
from attacks.rows import ORTHANC_ATTACKS

ATTACKS = [pytest.param(attack, id=attack.name) for attack in ORTHANC_ATTACKS]


@pytest.mark.parametrize("attack", ATTACKS)
def test_orthanc_refuses(orthancs: Orthancs, attack: OrthancAttack) -> None:
    assert orthancs.status(attack) == REFUSED


@pytest.mark.parametrize("attack", ATTACKS)
def test_orthanc_with_a_weakened_filter_does_not_refuse(orthancs: Orthancs, attack: OrthancAttack) -> None:
    assert orthancs.status(attack, attack.weakening) != REFUSED, (
        f"Orthanc still refuses with the weakening: {attack.weakening.name}"
    )
