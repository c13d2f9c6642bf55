"""Gathers the evidence of a deployment from outside, like a browser: the page, its files, its archive.

Only the page knows which parameter of a link is the token. So the request for the page contains nothing of the link's
query or fragment, but a placeholder of the same length. The token is sent only to the archive, in the header that the
viewer uses. It is not sent over a connection that is not verified, unless the user allows that, nor to an address that
such a connection named, and never to the target of a redirect.
"""

from __future__ import annotations

import ssl
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from ohifbuild.contract.link import read_link
from ohifbuild.contract.settings import Settings
from ohifbuild.contract.source import source_of
from ohifbuild.doctor.address import Address, parse_address
from ohifbuild.doctor.archives import settings_at
from ohifbuild.doctor.client import Answer, Client, RequestFailure, client
from ohifbuild.doctor.connections import connections_to, socket_failure
from ohifbuild.doctor.fetch_files import INDEX, fetch_files
from ohifbuild.doctor.http2 import http2_problem
from ohifbuild.doctor.link_problem import link_problem
from ohifbuild.doctor.observations import Evidence, Navigation, ViewerEvidence
from ohifbuild.doctor.query_archive import is_demonstration, query_archive
from ohifbuild.doctor.tls import Tls, handshake_with, insecure_context
from ohifbuild.doctor.viewer_page import Page, read_page
from ohifbuild.server.web_server import is_loopback

MOST_HOPS = 5
PAGE_BYTES = 256 * 1024
REDIRECTS = (301, 302, 303, 307, 308)
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Upgrade-Insecure-Requests": "1"}


@dataclass(frozen=True)
class _Clients:
    """One client that accepts trusted certificates only, and one that accepts any."""

    strict: Client
    insecure: Client

    def at(self, navigation: Navigation) -> Client:
        """The strict client if the server's certificate was trusted, because the server may send another one later."""
        return self.insecure if navigation.tls and not navigation.tls.trusted else self.strict


async def gather(url: str, *, insecure: bool = False, portal: str = "") -> Evidence:
    """The evidence of the deployment that a link leads to.

    Args:
        url: the link.
        insecure: whether to send the token over connections that are not verified.
        portal: the origin of the page that shows the viewer in a frame; '' if none does.

    Raises:
        LinkInvalid: ``url`` is not a link.
    """
    link_address = parse_address(url)
    link = read_link(url.strip(), Settings.token_param)
    evidence = Evidence(link_address, link, time.time(), link_problem(url.strip()), portal=portal)
    connections = await connections_to(link_address.host, link_address.port)
    tls, failure = await _handshake(link_address)
    evidence = replace(evidence, connections=connections)
    if failure:
        return replace(evidence, failure=failure, navigation=Navigation(link_address, tls))
    async with AsyncExitStack() as stack:
        clients = _Clients(
            strict=await stack.enter_async_context(client(ssl.create_default_context())),
            insecure=await stack.enter_async_context(client(insecure_context())),
        )
        navigation = await _navigate(clients, Navigation(link_address, tls))
        http2 = await http2_problem(navigation.address) if navigation.tls else ""
        evidence = replace(evidence, navigation=navigation, failure=navigation.first.failure, http2=http2)
        found = _viewer_at(navigation)
        if not found:
            return evidence
        page, answer = found
        page = replace(page, settings=settings_at(page.settings, navigation.address.path, urlsplit(url.strip()).query))
        viewer = await fetch_files(clients.at(navigation), navigation.address, ViewerEvidence(page, answer))
        evidence = replace(evidence, link=read_link(url.strip(), page.settings.token_param), viewer=viewer)
        if not viewer.root:
            return evidence
        sends_token = _may_send_token(evidence, navigation, viewer, insecure=insecure)
        archive = await query_archive(
            clients.insecure if insecure else clients.at(navigation),
            navigation.address,
            evidence.link,
            viewer,
            sends_token=sends_token,
        )
        return replace(evidence, archive=archive, sends_token=sends_token)


def _may_send_token(evidence: Evidence, navigation: Navigation, viewer: ViewerEvidence, *, insecure: bool) -> bool:
    """Whether both the page that names the archive and the connections to the archive are verified, or allowed."""
    roots = [urlsplit(root) for root in viewer.roots]
    safe = all(root.scheme == "https" or is_loopback(root.hostname or "") for root in roots)
    verified = navigation.is_verified and safe
    mixed = navigation.address.scheme == "https" and any(root.scheme == "http" for root in roots)
    settings = viewer.page.settings
    query = urlsplit(evidence.link.address).query
    known = viewer.page.kind == "ohif" or source_of(settings, navigation.address.path, query) is not None
    wanted = known and settings.access != "session" and not is_demonstration(viewer)
    return bool(evidence.link.token) and (verified or insecure) and not mixed and wanted


async def _handshake(address: Address) -> tuple[Tls | None, RequestFailure]:
    if address.scheme != "https":
        return None, ""
    try:
        tls = await handshake_with(address.host, address.port, ssl.create_default_context())
    except OSError as error:
        return None, socket_failure(error)
    return tls, "" if tls.certificate or tls.trusted else "tls"


async def _navigate(clients: _Clients, navigation: Navigation) -> Navigation:
    """Follows redirects on the same host, and requests the link's folder if there is no viewer."""
    for _ in range(MOST_HOPS):
        address = navigation.address
        answer = await clients.at(navigation).ask(address.request, headers=HTML, limit=PAGE_BYTES)
        navigation = replace(navigation, first=answer)
        target = redirect_target(address, answer)
        if target is None:
            break
        navigation = replace(navigation, address=target, redirects=(*navigation.redirects, answer))
        if target.origin == address.origin:
            continue
        tls, failure = await _handshake(target)
        navigation = replace(navigation, tls=tls)
        if failure:
            return replace(navigation, first=Answer(target.url, failure=failure))
    if navigation.first.failure or read_page(navigation.first.body).is_viewer:
        return navigation
    return await _look_around(clients.at(navigation), navigation)


async def _look_around(theirs: Client, navigation: Navigation) -> Navigation:
    """Looks for the viewer in the link's folder, and where it is if a proxy takes the first folder of the path off."""
    address = navigation.address
    folder = address.origin + address.path.rpartition("/")[0] + "/"
    for url in (folder, folder + INDEX):
        answer = await theirs.ask(url, headers=HTML, limit=PAGE_BYTES)
        if read_page(answer.body).is_viewer:
            return replace(navigation, folder=answer)
    first = address.path.split("/")[1]
    if first and "/" in address.path[1:]:
        doubled = f"/{first}{address.path}"
        answer = await theirs.ask(address.origin + doubled, headers=HTML, limit=PAGE_BYTES)
        if read_page(answer.body).is_viewer:
            return replace(navigation, doubled=doubled)
    return navigation


def redirect_target(address: Address, answer: Answer) -> Address | None:
    """The target of a redirect if doctor follows it: on the same origin, or HTTPS on the same host; else None."""
    location = answer.get("location")
    if answer.status not in REDIRECTS or not location:
        return None
    try:
        parts = urlsplit(urljoin(address.url, location))
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    same = (parts.scheme, port) == (address.scheme, address.port)
    upgrade = address.scheme == "http" and parts.scheme == "https"
    if parts.hostname != address.host or not (same or upgrade):
        return None
    return Address(parts.scheme, address.host, port, parts.path or "/", parts.query)


def _viewer_at(navigation: Navigation) -> tuple[Page, Answer] | None:
    for answer in (navigation.first, navigation.folder):
        if answer is not None and not answer.failure and answer.status == 200:
            page = read_page(answer.body)
            if page.is_viewer:
                return page, answer
    return None
