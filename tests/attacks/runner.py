"""Runs attacks on viewers in a browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from attacks.attack_servers import AttackServers, Server
from attacks.hostile_archive import CACHE_CONTROL_OVERRIDE, IMAGE_BYTES, answering
from attacks.model import Outcome, PageAttack, Weakening
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
    """The studies and tokens that an attack uses."""

    settings: Settings
    stock: bool = False
    own: str = ORDINARY.uid
    other: str = SECOND.uid
    stranger: str = STRANGER.uid
    patient: str = ORDINARY.patient.id
    token: str = TOKEN
    other_token: str = OTHER_TOKEN


class AttackRunner:
    """Runs attacks with one browser, the attack servers, and the viewers that the attacks need."""

    def __init__(self, browser: Browser, egress_proxy: EgressProxy, servers: AttackServers, variants: Variants) -> None:
        self._browser = browser
        self._egress_proxy = egress_proxy
        self._attack_servers = servers
        self._variants = variants
        self._servers: dict[tuple[Path, bool], tuple[Server, Settings]] = {}

    def run(self, attack: PageAttack, *, against: Weakening | None = None, server: str = "bare") -> Outcome:
        """Runs an attack on our viewer, or on a weakened one."""
        running, settings = self._served(against, attack.recipe, attack.page, server)
        try:
            with window(self._browser, self._egress_proxy, running.origin, self._attack_servers.evil.origin) as context:
                fixtures = Fixtures(settings, stock=bool(against and against.stock))
                visit = Visit(self._attack_servers, running, context, self._egress_proxy, fixtures)
                return visit.outcome(attack.act(visit))
        finally:
            self._attack_servers.archive.behaviour = None

    @contextmanager
    def serving(self, weakening: Weakening | None) -> Iterator[str]:
        """Serves a viewer whose archive sends an image that browsers may cache. Yields the viewer's origin."""
        running, _ = self._served(weakening, {}, "start", "bare")
        self._attack_servers.archive.behaviour = answering(
            IMAGE_BYTES * 50, "image/png", part="rendered", headers={CACHE_CONTROL_OVERRIDE: "max-age=3600"}
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
