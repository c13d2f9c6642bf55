"""The ways in which attacks on the page are tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attacks.hostile import Behaviour
from attacks.model import Demand, PageAttack, Weakening
from attacks.visit import Visit

Address = Callable[[Visit], str]


def script(
    name: str,
    why: str,
    js: str,
    demand: Demand,
    weakened: Weakening,
    *,
    link: Address | None = None,
    archive: Behaviour | None = None,
    servers: tuple[str, ...] = ("bare",),
    recipe: Mapping[str, Any] | None = None,
) -> PageAttack:
    """The share link is opened, and some code in the page, of OHIF's or of an extension's, does what the script does."""

    def act(visit: Visit) -> Any:
        visit.stand.archive.behaviour = archive
        visit.open(link(visit) if link else None)
        return visit.run(js)

    return PageAttack(name, why, act, demand, weakened, servers=servers, recipe=recipe or {})


def link(
    name: str,
    why: str,
    address: Address,
    demand: Demand,
    weakened: Weakening,
    *,
    page: str = "start",
    until: Callable[[Visit], bool] = lambda _visit: False,
    archive: Callable[[Visit], Behaviour] | None = None,
    servers: tuple[str, ...] = ("bare",),
    recipe: Mapping[str, Any] | None = None,
) -> PageAttack:
    """A link is followed; nothing else is done. In the viewer the run ends early once ``until`` tells that it succeeded."""

    def act(visit: Visit) -> Any:
        visit.stand.archive.behaviour = archive(visit) if archive else None
        visit.go(address(visit))
        if page == "viewer":
            visit.settled(until)
        else:
            visit.started()

    return PageAttack(name, why, act, demand, weakened, page=page, servers=servers, recipe=recipe or {})
