"""Looks at a deployment from outside, as a browser would: the way to the page, its files, its archive.

The token is sent to the archive only, in the header that the viewer would send it in; not over an untrusted connection
unless that was asked for, never to where a redirect leads, and never in a query: what asks for the page has as many
other letters in its place.
"""

from __future__ import annotations

import ssl
import time
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from ohifbuild.doctor.client import Answer, Client, Trouble, client, trouble_of
from ohifbuild.doctor.evidence import Arrival, Evidence, ViewerSeen
from ohifbuild.doctor.gather_archive import ask_archive, is_demonstration
from ohifbuild.doctor.gather_files import INDEX, look_at_files
from ohifbuild.doctor.link import Link, parse_link
from ohifbuild.doctor.page import Page, read_page
from ohifbuild.doctor.tls import Tls, blind, look_at

MOST_HOPS = 5
PAGE_BYTES = 256 * 1024
REDIRECTS = (301, 302, 303, 307, 308)
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Upgrade-Insecure-Requests": "1"}


async def gather(url: str, *, insecure: bool = False) -> Evidence:
    """The evidence of what is at ``url``.

    Args:
        insecure: whether to send the token although the certificate is not trusted.

    Raises:
        LinkInvalid: it is no link.
    """
    asked = parse_link(url)
    now = time.time()
    tls, trouble = await _handshake(asked)
    if trouble:
        return Evidence(asked, now, trouble=trouble, arrival=Arrival(asked, tls))
    async with client(blind()) as anyone:
        arrival = await _arrive(anyone, Arrival(asked, tls))
        evidence = Evidence(asked, now, arrival=arrival, trouble=arrival.first.trouble)
        found = _viewer_at(arrival)
        if not found:
            return evidence
        page, answer = found
        link = _with_parameter(arrival.link, url, page)
        viewer = await look_at_files(anyone, link, ViewerSeen(page, answer))
        trusted = insecure or arrival.tls is None or arrival.tls.trusted
    evidence = replace(
        evidence, asked=replace(asked, token=link.token), arrival=replace(arrival, link=link), viewer=viewer
    )
    if not viewer.root:
        return evidence
    mixed = link.scheme == "https" and viewer.root.startswith("http:")
    sends_token = bool(link.token) and trusted and not mixed and not is_demonstration(viewer)
    async with client(blind() if insecure or not trusted else _strict()) as theirs:
        archive = await ask_archive(theirs, link, viewer, sends_token=sends_token)
    return replace(evidence, archive=archive, sends_token=sends_token)


def _strict() -> ssl.SSLContext:
    return ssl.create_default_context()


async def _handshake(link: Link) -> tuple[Tls | None, Trouble]:
    if link.scheme != "https":
        return None, ""
    try:
        tls = await look_at(link.host, link.port, _strict())
    except OSError as error:
        return None, _socket_trouble(error)
    return tls, "" if tls.certificate or tls.trusted else "tls"


def _socket_trouble(error: OSError) -> Trouble:
    if isinstance(error, ConnectionRefusedError | TimeoutError | ssl.SSLError):
        return "refused" if isinstance(error, ConnectionRefusedError) else trouble_of(error)
    if type(error).__name__ == "gaierror":
        return "name"
    return "closed" if isinstance(error, ConnectionError) else "unreachable"


async def _arrive(anyone: Client, arrival: Arrival) -> Arrival:
    """Follows redirects as far as they stay on the host, and looks at the link's folder where there is no viewer."""
    for _ in range(MOST_HOPS):
        link = arrival.link
        query = f"?{link.stand_in}" if link.stand_in else ""
        answer = await anyone.ask(link.url + query, headers=HTML, limit=PAGE_BYTES)
        arrival = replace(arrival, first=answer)
        target = follows(link, answer)
        if target is None:
            break
        arrival = replace(arrival, link=target, hops=(*arrival.hops, answer))
        if target.origin == link.origin:
            continue
        tls, trouble = await _handshake(target)
        arrival = replace(arrival, tls=tls)
        if trouble:
            return replace(arrival, first=Answer(target.url, trouble=trouble))
    if arrival.first.trouble or read_page(arrival.first.body).is_viewer:
        return arrival
    folder = arrival.link.origin + arrival.link.path.rpartition("/")[0] + "/"
    for url in (folder, folder + INDEX):
        answer = await anyone.ask(url, headers=HTML, limit=PAGE_BYTES)
        if read_page(answer.body).is_viewer:
            return replace(arrival, folder=answer)
    return arrival


def follows(link: Link, answer: Answer) -> Link | None:
    """Where a redirect leads if it may be followed: on the same origin, or to the same host's https."""
    location = answer.get("location")
    if answer.status not in REDIRECTS or not location:
        return None
    try:
        parts = urlsplit(urljoin(link.url, location))
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    same = (parts.scheme, port) == (link.scheme, link.port)
    upgrade = link.scheme == "http" and parts.scheme == "https"
    if parts.hostname != link.host or not (same or upgrade):
        return None
    return replace(link, scheme=parts.scheme, port=port, path=parts.path or "/", stand_in=parts.query)


def _viewer_at(arrival: Arrival) -> tuple[Page, Answer] | None:
    for answer in (arrival.first, arrival.folder):
        if answer is not None and not answer.trouble and answer.status == 200:
            page = read_page(answer.body)
            if page.is_viewer:
                return page, answer
    return None


def _with_parameter(link: Link, url: str, page: Page) -> Link:
    """The link with the token that this viewer takes from it."""
    return replace(link, token=parse_link(url, page.settings.token_param).token)
