"""Attacks on a closed browser's profile: they find neither the token nor images, unless a rule is removed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from attacks.profiles import ProfileAttack, found_in_profile
from attacks.rows import PROFILE_ATTACKS
from attacks.runner import AttackRunner

ATTACKS = [pytest.param(attack, id=attack.name) for attack in PROFILE_ATTACKS]


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_profile_contains_nothing(runner: AttackRunner, browser: Browser, attack: ProfileAttack) -> None:
    assert found_in_profile(runner, browser, attack) == ""


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_attack_succeeds_on_a_weakened_viewer(
    runner: AttackRunner, browser: Browser, attack: ProfileAttack
) -> None:
    assert found_in_profile(runner, browser, attack, attack.weakening) != "", (
        f"the attack fails with the weakening: {attack.weakening.name}"
    )
