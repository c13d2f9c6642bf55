"""Attacks on the page, in a real browser: each one fails on our viewer and succeeds on a weakened viewer."""

from __future__ import annotations

import pytest

from attacks.model import PageAttack
from attacks.rows import PAGE_ATTACKS
from attacks.runner import AttackRunner

ATTACKS_BY_SERVER = [
    pytest.param(attack, server, id=f"{attack.name}-{server}") for attack in PAGE_ATTACKS for server in attack.servers
]
ATTACKS = [pytest.param(attack, id=attack.name) for attack in PAGE_ATTACKS]


@pytest.mark.parametrize(("attack", "server"), ATTACKS_BY_SERVER)
def test_the_attack_fails_on_the_viewer(runner: AttackRunner, attack: PageAttack, server: str) -> None:
    assert attack.requirement(runner.run(attack, server=server)) == ""


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_attack_succeeds_on_a_weakened_viewer(runner: AttackRunner, attack: PageAttack) -> None:
    assert attack.requirement(runner.run(attack, against=attack.weakening)) != "", (
        f"the attack fails with the weakening: {attack.weakening.name}"
    )
