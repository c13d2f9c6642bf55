"""Attacks on the servers between browser and archive: each one fails, and succeeds if the rule is removed."""

from __future__ import annotations

import pytest

from attacks.proxies import Proxies, SocketAttack
from attacks.rows import SOCKET_ATTACKS

ATTACKS = [pytest.param(attack, kind, id=f"{attack.name}-{kind}") for attack in SOCKET_ATTACKS for kind in attack.kinds]


@pytest.mark.parametrize(("attack", "kind"), ATTACKS)
def test_the_attack_fails_on_the_server(proxies: Proxies, attack: SocketAttack, kind: str) -> None:
    assert attack.requirement(proxies.run(attack, kind)) == ""


@pytest.mark.parametrize(("attack", "kind"), ATTACKS)
def test_the_attack_succeeds_on_a_server_without_the_rule(proxies: Proxies, attack: SocketAttack, kind: str) -> None:
    assert attack.requirement(proxies.run(attack, kind, attack.weakening)) != "", (
        f"the attack fails with the weakening: {attack.weakening.name}"
    )
