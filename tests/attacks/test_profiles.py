"""What is left in a browser's profile: nothing of the token or the pictures where a page can prevent it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from attacks.profiles import ProfileAttack, kept
from attacks.rows import PROFILE_ATTACKS
from attacks.runner import AttackRunner

TRIED = [pytest.param(attack, id=attack.name) for attack in PROFILE_ATTACKS]


@pytest.mark.parametrize("attack", TRIED)
def test_nothing_is_left(runner: AttackRunner, browser: Browser, attack: ProfileAttack) -> None:
    assert kept(runner, browser, attack) == ""


@pytest.mark.parametrize("attack", TRIED)
def test_a_weakened_viewer_leaves_it(runner: AttackRunner, browser: Browser, attack: ProfileAttack) -> None:
    assert kept(runner, browser, attack, attack.weakened) != "", f"nothing is left though {attack.weakened.name}"
