"""Functions that make attacks on the page, and JavaScript that sends a request in each possible way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attacks.hostile_archive import Behaviour
from attacks.model import PageAttack, Requirement, Weakening
from attacks.visit import Visit

Address = Callable[[Visit], str]


def script(
    name: str,
    why: str,
    js: str,
    requirement: Requirement,
    weakening: Weakening,
    *,
    link: Address | None = None,
    archive: Behaviour | None = None,
    servers: tuple[str, ...] = ("bare",),
    recipe: Mapping[str, Any] | None = None,
) -> PageAttack:
    """Opens the share link and runs a script in the page, as code of OHIF or of an extension could."""

    def act(visit: Visit) -> Any:
        visit.servers.archive.behaviour = archive
        visit.open(link(visit) if link else None)
        return visit.run(js)

    return PageAttack(name, why, act, requirement, weakening, servers=servers, recipe=recipe or {})


def link(
    name: str,
    why: str,
    address: Address,
    requirement: Requirement,
    weakening: Weakening,
    *,
    page: str = "start",
    until: Callable[[Visit], bool] | None = None,
    archive: Callable[[Visit], Behaviour] | None = None,
    servers: tuple[str, ...] = ("bare",),
    recipe: Mapping[str, Any] | None = None,
) -> PageAttack:
    """Only follows a link. In the viewer, the run ends early when ``until`` says that the attack succeeded."""

    def act(visit: Visit) -> Any:
        visit.servers.archive.behaviour = archive(visit) if archive else None
        visit.go(address(visit))
        if page == "viewer":
            visit.settled(until)
        else:
            visit.started()

    return PageAttack(name, why, act, requirement, weakening, page=page, servers=servers, recipe=recipe or {})


# Each of these requests ``url``.
FETCH = "await fetch(url).catch(() => {});"
REQUEST = "await fetch(new Request(url)).catch(() => {});"
URL_OBJECT = "await fetch(new URL(url, location.href)).catch(() => {});"
XHR = (
    "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', url); x.onloadend = done; x.send(); });"
)
IMAGE = "await new Promise(done => { const i = new Image(); i.onload = i.onerror = done; i.src = url; });"
VIDEO = "await new Promise(done => { const v = document.createElement('video'); v.oncanplay = v.onerror = done; v.src = url; });"
SOURCE = (
    "await new Promise(done => { const v = document.createElement('video'), s = document.createElement('source');"
    " s.onerror = done; s.src = url; v.append(s); document.body.append(v); });"
)
FRAME = (
    "await new Promise(done => { const f = document.createElement('iframe'); f.onload = f.onerror = done;"
    " f.setAttribute('src', url); document.body.append(f); });"
)
OBJECT = (
    "await new Promise(done => { const o = document.createElement('object'); o.onload = o.onerror = done; o.data = url;"
    " document.body.append(o); setTimeout(done, 400); });"
)
EMBED = OBJECT.replace("'object'", "'embed'").replace("o.data", "o.src")
