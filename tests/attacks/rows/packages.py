"""Attacks by code that a recipe adds: an extension that is hostile, and an `app_config_module` that sets too much."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attacks import weakenings as weak
from attacks.model import PageAttack, Requirement, Weakening
from attacks.requirements import all_of, archive_gets_only_the_study, attacker_gets_nothing, result_is, token_once
from attacks.visit import Visit

PACKAGES = Path(__file__).parents[2] / "data" / "extensions"
HOSTILE: dict[str, Any] = {"extensions": [PACKAGES / "hostile"]}
SETS_TOO_MUCH: dict[str, Any] = {"app_config_module": PACKAGES / "hostile-config.js"}

OF_OHIF = """
const { sources, routes, active, header, signIn } = window.hostile;
return [sources(), routes(), active(), header(), signIn()];
"""
OF_CONFIG = (
    "return [window.config.defaultDataSourceName, window.config.dataSources.length, window.config.oidc ?? null];"
)


def _by_extension(name: str, why: str, requirement: Requirement, weakening: Weakening, js: str = "") -> PageAttack:
    def act(visit: Visit) -> Any:
        visit.context.add_init_script(f"window.evil = {visit.evil!r}")
        visit.open()
        visit.until(lambda: visit.page.evaluate("window.hostile?.done"))
        visit.idle()
        return visit.run(js)

    return PageAttack(name, why, act, requirement, weakening, page="viewer", recipe=HOSTILE)


def _by_config(visit: Visit) -> Any:
    visit.open()
    visit.until(lambda: visit.page.evaluate("!!window.config?.extensions"))
    visit.settled()
    return visit.run(OF_CONFIG)


ROWS = (
    _by_extension(
        "extension-asks-for-more",
        "an extension wraps fetch and XMLHttpRequest, makes a data source of the release's kind, and asks for other studies",
        all_of(archive_gets_only_the_study, token_once),
        weak.NO_LAST_EXIT,
    ),
    _by_extension(
        "extension-sends-the-token-away",
        "an extension reads the token, and sends it to the attacker by fetch, beacon and image",
        attacker_gets_nothing,
        weak.NO_POLICY,
    ),
    _by_extension(
        "extension-adds-a-data-source",
        "an extension makes its data source the active one, adds a sign-in, and sets a header for all requests",
        result_is([["dicomweb"], ["dicomweb"], "dicomweb", {}, None]),
        weak.LATE_DATA_SOURCES,
        OF_OHIF,
    ),
    PageAttack(
        "module-sets-data-sources",
        "an app_config_module computes names that confinement needs",
        _by_config,
        result_is(["dicomweb", 1, None]),
        weak.ANY_NAME_OF_A_MODULE,
        page="viewer",
        recipe=SETS_TOO_MUCH,
    ),
)
