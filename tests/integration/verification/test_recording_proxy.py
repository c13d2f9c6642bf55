"""The recording proxy passes on what is for the site, writes it down, and refuses everything else."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from ohifbuild.verification.egress_proxy import EgressProxy, egress_proxy
from ohifbuild.verification.recording_proxy import RecordingProxy, recording_proxy
from ohifbuild.verification.viewer_site import served


class Nothing:
    """There is nothing to open."""

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass


async def echo(request: web.Request) -> web.Response:
    if request.path == "/away":
        return web.Response(status=302, headers={"Location": "http://elsewhere.example/"})
    return web.Response(
        text=f"{request.raw_path} {request.headers.get('token', '')}", headers={"Content-Security-Policy": "p"}
    )


@contextmanager
def proxied() -> Iterator[tuple[str, RecordingProxy, EgressProxy, http.client.HTTPConnection]]:
    app = web.Application()
    app.router.add_get("/{path:.*}", echo)
    with (
        served(app, Nothing(), "127.0.0.1", 0, None) as origin,
        egress_proxy() as egress,
        recording_proxy(origin, egress) as (record, address),
    ):
        client = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        try:
            yield origin, record, egress, client
        finally:
            client.close()


def test_a_request_to_the_site_is_passed_on_unchanged_and_written_down() -> None:
    with proxied() as (origin, record, egress, client):
        target = f"{origin}/a%2Fb?x=%20y,z"
        client.request("GET", target, headers={"token": "t", "Sec-Fetch-Dest": "empty"})
        answer = client.getresponse()
        assert answer.read().decode() == "/a%2Fb?x=%20y,z t"
        (exchange,) = record.exchanges
        assert (exchange.request.url, exchange.request.status) == (target, 200)
        assert ("token", "t") in exchange.request.headers
        assert exchange.request.resource_type == "fetch"
        assert exchange.answer["Content-Security-Policy"] == "p"
        assert not egress.attempts()


def test_a_user_name_in_the_address_does_not_make_it_another_site() -> None:
    with proxied() as (origin, record, _egress, client):
        client.request("GET", origin.replace("://", "://somebody@") + "/x", headers={"Accept": "text/html"})
        assert client.getresponse().status == 200
        assert record.exchanges[0].request.url == f"{origin}/x"
        assert record.exchanges[0].request.resource_type == "document"


def test_a_redirect_is_the_browsers_to_follow() -> None:
    with proxied() as (origin, _record, _egress, client):
        client.request("GET", f"{origin}/away")
        answer = client.getresponse()
        assert (answer.status, answer.getheader("Location")) == (302, "http://elsewhere.example/")


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "http://elsewhere.example/x?y=1"),
        ("CONNECT", "elsewhere.example:443"),
        ("GET", "http://127.0.0.1:9/"),
        ("GET", "{origin}@elsewhere.example/"),
    ],
)
def test_anything_else_is_refused_and_is_an_attempt_to_leave(method: str, target: str) -> None:
    with proxied() as (origin, record, egress, client):
        client.request(method, target.format(origin=origin))
        assert client.getresponse().status == 403
        assert len(egress.attempts()) == 1
        assert not record.exchanges


def test_a_lost_request_gets_no_answer() -> None:
    with proxied() as (origin, record, _egress, client):
        record.lost = lambda url: "/archive" in url
        client.request("GET", f"{origin}/archive")
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            client.getresponse()
        assert record.exchanges[0].request.status is None
