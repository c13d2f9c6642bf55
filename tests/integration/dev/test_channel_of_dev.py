"""The server of ``dev``: its pages, its channel, and who may listen."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ohifbuild.contract.settings import read_settings
from ohifbuild.core.errors import ExtensionInvalid, PortInUse
from ohifbuild.dev.archives import HeldArchive
from ohifbuild.dev.builds import DevBuild
from ohifbuild.dev.site import DevSite, dev_site
from small_dist import write_small_dist

EVENTS = "/ohifbuild-dev/events"


def built(folder: Path, name: str) -> DevBuild:
    dist = write_small_dist(folder / name)
    return DevBuild(name, dist, read_settings(dist), ())


@pytest.fixture
def running(tmp_path: Path) -> Iterator[DevSite]:
    with dev_site(built(tmp_path, "b-1"), HeldArchive(()), 0) as site:
        yield site


def ask(site: DevSite, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(site.origin).netloc, timeout=60)
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def next_state(stream: http.client.HTTPResponse) -> Any:
    for line in iter(stream.readline, b""):
        if line.startswith(b"data: "):
            return json.loads(line.removeprefix(b"data: "))
    return None


def test_a_page_learns_each_build_and_each_problem(running: DevSite, tmp_path: Path) -> None:
    stream = ask(running, EVENTS)
    assert stream.headers["Content-Type"] == "text/event-stream"
    assert next_state(stream) == {"build": "b-1", "problem": []}
    running.channel.publish(None, ExtensionInvalid("Wrong.", details="a.js:1:2"))
    assert next_state(stream)["problem"] == ["Wrong.", "a.js:1:2"]
    second = built(tmp_path, "b-2")
    (second.dist / "second.js").write_text("1")
    assert ask(running, "/second.js").status == 404
    running.show(second)
    assert next_state(stream) == {"build": "b-2", "problem": []}
    assert ask(running, "/second.js").status == 200


def test_a_stopped_server_ends_the_streams_of_its_pages(tmp_path: Path) -> None:
    with dev_site(built(tmp_path, "b-1"), HeldArchive(()), 0) as site:
        stream = ask(site, EVENTS)
        assert next_state(stream)
    assert next_state(stream) is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Host": "attacker.example"}, 421),
    ],
    ids=["curl", "own", "other", "sister", "rebound"],
)
def test_only_pages_of_the_viewer_may_listen(running: DevSite, headers: dict[str, str], status: int) -> None:
    for name in (EVENTS, "/ohifbuild-dev/client.js"):
        answer = ask(running, name, **headers)
        assert answer.status == status
        assert answer.headers.get("Access-Control-Allow-Origin") is None


def test_nothing_else_is_below_the_channel(running: DevSite) -> None:
    assert ask(running, "/ohifbuild-dev/../index.html").status in (200, 404)
    assert ask(running, "/ohifbuild-dev/builds.py").status == 404
    assert ask(running, "/ohifbuild-dev/%2e%2e/client.js").status == 404


def test_a_port_in_use_is_refused(running: DevSite, tmp_path: Path) -> None:
    port = urlsplit(running.origin).port
    assert port
    with pytest.raises(PortInUse), dev_site(built(tmp_path, "b-2"), HeldArchive(()), port):
        pass
