"""Attacks on the page, in a real browser: ours withstands each, and a weakened viewer does not."""

from __future__ import annotations

import pytest

from attacks.model import PageAttack
from attacks.rows import PAGE_ATTACKS
from attacks.runner import AttackRunner

TRIED = [
    pytest.param(attack, server, id=f"{attack.name}-{server}") for attack in PAGE_ATTACKS for server in attack.servers
]
WEAKENED = [pytest.param(attack, id=attack.name) for attack in PAGE_ATTACKS]


@pytest.mark.parametrize(("attack", "server"), TRIED)
def test_the_viewer_withstands(runner: AttackRunner, attack: PageAttack, server: str) -> None:
    assert attack.demand(runner.run(attack, server=server)) == ""


@pytest.mark.parametrize("attack", WEAKENED)
def test_a_weakened_viewer_does_not(runner: AttackRunner, attack: PageAttack) -> None:
    assert attack.demand(runner.run(attack, against=attack.weakened)) != "", (
        f"it withstands with: {attack.weakened.name}"
    )
