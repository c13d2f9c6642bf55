"""Attacks on the servers between browser and archive: each withstands, and does not once the rule is taken out."""

from __future__ import annotations

import pytest

from attacks.proxies import Proxies, SocketAttack
from attacks.rows import SOCKET_ATTACKS

TRIED = [pytest.param(attack, kind, id=f"{attack.name}-{kind}") for attack in SOCKET_ATTACKS for kind in attack.kinds]


@pytest.mark.parametrize(("attack", "kind"), TRIED)
def test_the_server_withstands(proxies: Proxies, attack: SocketAttack, kind: str) -> None:
    assert attack.demand(proxies.run(attack, kind)) == ""


@pytest.mark.parametrize(("attack", "kind"), TRIED)
def test_a_server_without_the_rule_does_not(proxies: Proxies, attack: SocketAttack, kind: str) -> None:
    assert attack.demand(proxies.run(attack, kind, attack.weakened)) != "", (
        f"it withstands though {attack.weakened.name}"
    )
