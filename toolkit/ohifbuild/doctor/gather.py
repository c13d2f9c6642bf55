"""Looks at a deployment from outside, as a browser would: the way to the page, its files, its archive.

Which parameter of a link is its token, only the page knows. So nothing of a link's query or fragment is sent to ask for
the page: a query of the same length stands in for it. The token is sent to the archive only, in the header that the
viewer would send it in; not over a connection that is not verified unless that was asked for, nor to a place that came
over one; and never to where a redirect leads.
"""

from __future__ import annotations

import ssl
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from ohifbuild.contract.link import read_link
from ohifbuild.contract.settings import Settings
from ohifbuild.doctor.address import Address, parse_address
from ohifbuild.doctor.client import Answer, Client, RequestFailure, client, failure_of
from ohifbuild.doctor.gather_archive import ask_archive, is_demonstration
from ohifbuild.doctor.gather_files import INDEX, look_at_files
from ohifbuild.doctor.gathered import Arrival, Evidence, ViewerSeen
from ohifbuild.doctor.tls import Tls, blind, look_at
from ohifbuild.doctor.viewer_page import Page, read_page
from ohifbuild.server.web_server import is_loopback

MOST_HOPS = 5
PAGE_BYTES = 256 * 1024
REDIRECTS = (301, 302, 303, 307, 308)
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Upgrade-Insecure-Requests": "1"}


@dataclass(frozen=True)
class _Clients:
    """One that takes trusted certificates only, and one that takes any."""

    strict: Client
    blind: Client

    def at(self, arrival: Arrival) -> Client:
        """The strict one where the server's certificate was trusted: it may show another one later."""
        return self.blind if arrival.tls and not arrival.tls.trusted else self.strict


async def gather(url: str, *, insecure: bool = False) -> Evidence:
    """The evidence of what is at ``url``.

    Args:
        insecure: whether to send the token over a connection that is not verified.

    Raises:
        LinkInvalid: it is no link.
    """
    asked = parse_address(url)
    evidence = Evidence(asked, read_link(url.strip(), Settings.token_param), time.time())
    tls, trouble = await _handshake(asked)
    if trouble:
        return replace(evidence, trouble=trouble, arrival=Arrival(asked, tls))
    async with AsyncExitStack() as stack:
        clients = _Clients(
            strict=await stack.enter_async_context(client(ssl.create_default_context())),
            blind=await stack.enter_async_context(client(blind())),
        )
        arrival = await _arrive(clients, Arrival(asked, tls))
        evidence = replace(evidence, arrival=arrival, trouble=arrival.first.trouble)
        found = _viewer_at(arrival)
        if not found:
            return evidence
        page, answer = found
        viewer = await look_at_files(clients.at(arrival), arrival.address, ViewerSeen(page, answer))
        evidence = replace(evidence, link=read_link(url.strip(), page.settings.token_param), viewer=viewer)
        if not viewer.root:
            return evidence
        sends_token = _may_send_token(evidence, arrival, viewer, insecure=insecure)
        archive = await ask_archive(
            clients.blind if insecure else clients.at(arrival),
            arrival.address,
            evidence.link,
            viewer,
            sends_token=sends_token,
        )
        return replace(evidence, archive=archive, sends_token=sends_token)


def _may_send_token(evidence: Evidence, arrival: Arrival, viewer: ViewerSeen, *, insecure: bool) -> bool:
    """Whether the archive is where a page names it that nobody on the way can have written, and is reached likewise."""
    root = urlsplit(viewer.root)
    verified = arrival.is_verified and (root.scheme == "https" or is_loopback(root.hostname or ""))
    mixed = arrival.address.scheme == "https" and root.scheme == "http"
    return bool(evidence.link.token) and (verified or insecure) and not mixed and not is_demonstration(viewer)


async def _handshake(address: Address) -> tuple[Tls | None, RequestFailure]:
    if address.scheme != "https":
        return None, ""
    try:
        tls = await look_at(address.host, address.port, ssl.create_default_context())
    except OSError as error:
        return None, _socket_trouble(error)
    return tls, "" if tls.certificate or tls.trusted else "tls"


def _socket_trouble(error: OSError) -> RequestFailure:
    if isinstance(error, ConnectionRefusedError | TimeoutError | ssl.SSLError):
        return "refused" if isinstance(error, ConnectionRefusedError) else failure_of(error)
    if type(error).__name__ == "gaierror":
        return "name"
    return "closed" if isinstance(error, ConnectionError) else "unreachable"


async def _arrive(clients: _Clients, arrival: Arrival) -> Arrival:
    """Follows redirects as far as they stay on the host, and looks at the link's folder where there is no viewer."""
    for _ in range(MOST_HOPS):
        address = arrival.address
        answer = await clients.at(arrival).ask(address.request, headers=HTML, limit=PAGE_BYTES)
        arrival = replace(arrival, first=answer)
        target = follows(address, answer)
        if target is None:
            break
        arrival = replace(arrival, address=target, hops=(*arrival.hops, answer))
        if target.origin == address.origin:
            continue
        tls, trouble = await _handshake(target)
        arrival = replace(arrival, tls=tls)
        if trouble:
            return replace(arrival, first=Answer(target.url, trouble=trouble))
    if arrival.first.trouble or read_page(arrival.first.body).is_viewer:
        return arrival
    folder = arrival.address.origin + arrival.address.path.rpartition("/")[0] + "/"
    for url in (folder, folder + INDEX):
        answer = await clients.at(arrival).ask(url, headers=HTML, limit=PAGE_BYTES)
        if read_page(answer.body).is_viewer:
            return replace(arrival, folder=answer)
    return arrival


def follows(address: Address, answer: Answer) -> Address | None:
    """Where a redirect leads if it may be followed: on the same origin, or to the same host's https."""
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


def _viewer_at(arrival: Arrival) -> tuple[Page, Answer] | None:
    for answer in (arrival.first, arrival.folder):
        if answer is not None and not answer.trouble and answer.status == 200:
            page = read_page(answer.body)
            if page.is_viewer:
                return page, answer
    return None
