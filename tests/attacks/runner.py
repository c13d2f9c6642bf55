"""Runs attacks on viewers in a browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from attacks.attack_servers import AttackServers, Server
from attacks.hostile import KEEP, PICTURE, answering
from attacks.model import PageAttack, Seen, Weakening
from attacks.variants import STOCK_SETTINGS, Variants
from attacks.visit import Visit, window
from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.verification.dataset.contents import ORDINARY, SECOND, STRANGER
from ohifbuild.verification.egress_proxy import EgressProxy

TOKEN = "t0ken-of-the-own-study-5f3a9c"
OTHER_TOKEN = "t0ken-of-the-other-study-b71e"


@dataclass(frozen=True)
class Fixtures:
    """Studies and tokens of an attack."""

    settings: Settings
    stock: bool = False
    own: str = ORDINARY.uid
    other: str = SECOND.uid
    stranger: str = STRANGER.uid
    patient: str = ORDINARY.patient.id
    token: str = TOKEN
    other_token: str = OTHER_TOKEN


class AttackRunner:
    """Runs attacks with one browser, its servers, and the viewers that they need."""

    def __init__(self, browser: Browser, egress_proxy: EgressProxy, servers: AttackServers, variants: Variants) -> None:
        self._browser = browser
        self._egress_proxy = egress_proxy
        self._attack_servers = servers
        self._variants = variants
        self._servers: dict[tuple[Path, bool], tuple[Server, Settings]] = {}

    def run(self, attack: PageAttack, *, against: Weakening | None = None, server: str = "bare") -> Seen:
        """What is observed when an attack runs on our viewer, or on a weakened one."""
        running, settings = self._served(against, attack.recipe, attack.page, server)
        try:
            with window(self._browser, self._egress_proxy, running.origin, self._attack_servers.evil.origin) as context:
                fixtures = Fixtures(settings, stock=bool(against and against.stock))
                visit = Visit(self._attack_servers, running, context, self._egress_proxy, fixtures)
                return visit.seen(attack.act(visit))
        finally:
            self._attack_servers.archive.behaviour = None

    @contextmanager
    def serving(self, weakening: Weakening | None) -> Iterator[str]:
        """The origin of a viewer whose archive sends an image that browsers may cache, for the length of the block."""
        running, _ = self._served(weakening, {}, "start", "bare")
        self._attack_servers.archive.behaviour = answering(
            PICTURE * 50, "image/png", part="rendered", headers={KEEP: "max-age=3600"}
        )
        try:
            yield running.origin
        finally:
            self._attack_servers.archive.behaviour = None

    def _served(
        self, weakening: Weakening | None, recipe: Mapping[str, Any], page: str, server: str
    ) -> tuple[Server, Settings]:
        dist = self._variants.dist(weakening, recipe, page=page)
        key = dist, server == "bare"
        if key not in self._servers:
            settings = STOCK_SETTINGS if weakening and weakening.stock else read_settings(dist)
            tokens = Tokens({TOKEN: Grant(frozenset({ORDINARY.uid})), OTHER_TOKEN: Grant(frozenset({SECOND.uid}))})
            self._servers[key] = self._attack_servers.viewer(dist, settings, tokens, bare=server == "bare"), settings
        return self._servers[key]
