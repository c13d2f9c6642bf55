from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.core.errors import DistInvalid, PortInUse
from ohifbuild.verification.dataset.contents import ORDINARY, SECOND
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.gate import NUMBER_HEADER
from ohifbuild.verification.viewer_site import Site, site

TOKENS = Tokens({"mine": Grant(frozenset({ORDINARY.uid}))}, frozenset({"old"}))
BROTLI = ("Accept-Encoding", "gzip, deflate, br")


@pytest.fixture
def running(dist: Path, dataset: Path) -> Iterator[Site]:
    with site(dist, EmbeddedArchive(dataset), TOKENS) as found:
        yield found


def test_the_gate_grants_refuses_and_records(running: Site, ask: Any) -> None:
    root = f"{running.origin}/dicom-web"
    own, other = f"{root}/studies/{ORDINARY.uid}/series", f"{root}/studies/{SECOND.uid}/series"
    replies = [
        ask(own, ("Token", "mine")),
        ask(own),
        ask(own, ("token", "guess")),
        ask(own, ("token", "old")),
        ask(own, ("token", "mine"), ("token", "mine")),
        ask(other, ("token", "mine")),
        ask(f"{root}/studies?PatientID=108506", ("token", "mine")),
        ask(f"{root}/studies", ("token", "mine")),
    ]
    crooked = ask(f"{root}/studies/{ORDINARY.uid}/../{SECOND.uid}/series", ("token", "mine"))
    received = running.received()
    assert [r.decision for r in received] == [
        *("granted", "no-token", "unknown-token", "expired", "unknown-token"),
        *("other-study", "patient-query", "unpinned"),
    ]
    assert [r.status for r in received] == [r.status for r in replies] == [200, *[401] * 4, *[403] * 3]
    assert crooked.status == 400
    assert received[0].path == f"/dicom-web/studies/{ORDINARY.uid}/series"
    assert ("token", "mine") in received[0].headers
    assert [name for name, _ in received[4].headers].count("token") == 2
    assert received[0].size > len(replies[0].body)
    assert "expired" in replies[3].headers["www-authenticate"]
    assert "expired" not in replies[2].headers["www-authenticate"]
    assert not any(b"mine" in reply.body or "mine" in str(reply.headers) for reply in replies)
    running.clear()
    assert running.received() == ()


def test_an_answer_has_the_number_of_its_request_and_a_static_file_has_none(running: Site, ask: Any) -> None:
    own = f"{running.origin}/dicom-web/studies/{ORDINARY.uid}/series"
    assert [ask(own, ("token", "mine")).headers[NUMBER_HEADER.lower()], ask(own).headers[NUMBER_HEADER.lower()]] == [
        *("0", "1")
    ]
    running.clear()
    assert ask(own, ("token", "mine")).headers[NUMBER_HEADER.lower()] == "2"
    assert [request.number for request in running.received()] == [2]
    assert NUMBER_HEADER.lower() not in ask(running.base_url).headers


class HeldArchive(EmbeddedArchive):
    """An archive that answers only when a client has gone."""

    def __init__(self, files: Path) -> None:
        super().__init__(files)
        self.asked, self.gone = threading.Event(), threading.Event()

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        self.asked.set()
        await asyncio.to_thread(self.gone.wait)
        return await super().handle(request, tail)


def test_a_request_that_the_client_cut_off_is_recorded_as_such_and_as_no_fault(dist: Path, dataset: Path) -> None:
    archive = HeldArchive(dataset)
    with site(dist, archive, TOKENS) as running:
        address = urlsplit(running.origin)
        with socket.create_connection((address.hostname or "", address.port or 0)) as client:
            path = f"/dicom-web/studies/{ORDINARY.uid}/series"
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\ntoken: mine\r\n\r\n".encode())
            assert archive.asked.wait(30)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closes with a reset
        archive.gone.set()
    (request,) = running.received()
    assert (request.decision, request.cut_off, request.status < 400) == ("granted", True, True)


def test_links_lead_to_the_viewer(running: Site) -> None:
    start = f"{running.base_url}viewer?StudyInstanceUIDs=1.2,1.3"
    assert running.link(("1.2", "1.3"), "a b") == f"{start}&token=a%20b"
    assert running.link(("1.2", "1.3"), "a", fragment=True) == f"{start}#token=a"
    assert running.link(("1.2", "1.3"), "") == start


def test_an_archive_can_be_made_to_redirect_what_it_would_grant(running: Site, ask: Any) -> None:
    url = f"{running.origin}/dicom-web/studies/{ORDINARY.uid}/series"
    running.redirect("http://elsewhere.example/")
    reply = ask(url, ("token", "mine"))
    assert (reply.status, reply.headers["location"]) == (302, "http://elsewhere.example/")
    assert ask(url).status == 401
    running.redirect("")
    assert ask(url, ("token", "mine")).status == 200
    assert [request.decision for request in running.received()] == ["redirected", "no-token", "granted"]


def test_other_pages_of_the_dist_are_known(dist: Path, dataset: Path) -> None:
    (dist / "assets" / "silent.html").write_text("<!doctype html>")
    with site(dist, EmbeddedArchive(dataset), TOKENS) as running:
        assert running.pages == ("assets/silent.html",)


def test_a_token_of_16_kib_is_refused_properly(running: Site, ask: Any) -> None:
    url = f"{running.origin}/dicom-web/studies/{ORDINARY.uid}/series"
    assert ask(url, ("token", "x" * 16384)).status == 401
    assert running.received()[0].decision == "unknown-token"


def test_routes_get_the_page_and_missing_files_do_not(running: Site, ask: Any) -> None:
    for route in ("", "viewer?StudyInstanceUIDs=1.2.3", "segmentation", "viewer/1.2.3.4"):
        reply = ask(running.base_url + route)
        assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for name in ("missing.js", ".secret", "assets", "link.js", "12.bundle.1c9ce804d1e88033e276.js.br", "../outside.js"):
        reply = ask(running.base_url + name)
        assert reply.status == 404 or b"viewer</body>" in reply.body
        assert b"outside" not in reply.body
        assert b"hidden" not in reply.body
    assert ask(f"{running.origin}/elsewhere").status == 404
    assert ask(running.base_url, method="POST", body=b"").status == 405


@pytest.mark.parametrize("path", ["%2e%2e/outside.js", "..%2foutside.js", "%2e%2e%5coutside.js", "/etc/passwd", "%00"])
def test_no_path_reaches_files_outside_the_dist(running: Site, ask: Any, path: str) -> None:
    reply = ask(running.base_url + path)
    assert reply.status == 404 or b"viewer</body>" in reply.body
    assert b"outside" not in reply.body


def test_a_sub_path_is_found_from_outside(running: Site, ask: Any) -> None:
    for path in ("/ohif?a=1", "/?a=1"):
        reply = ask(running.origin + path)
        assert (reply.status, reply.headers["location"]) == (302, "/ohif/?a=1")


def test_compressed_copies_are_sent(running: Site, ask: Any) -> None:
    chunk = running.base_url + "12.bundle.1c9ce804d1e88033e276.js"
    for encoding, body in (("br", b"brotli"), ("gzip", b"gzip")):
        reply = ask(chunk, ("Accept-Encoding", encoding))
        assert (reply.headers["content-encoding"], reply.body) == (encoding, body)
    plain = ask(chunk)
    assert "content-encoding" not in plain.headers
    assert plain.body == b"plain"
    assert {ask(chunk, BROTLI).headers["vary"], plain.headers["vary"]} == {"Accept-Encoding"}
    assert ask(chunk, BROTLI, method="HEAD").headers["content-length"] == "6"


def test_hashed_files_are_cached_pages_are_not_and_others_are_revalidated(running: Site, ask: Any) -> None:
    for name in ("12.bundle.1c9ce804d1e88033e276.js", "17dd54813d5acc10bf8f.wasm", "ohifbuild/0123456789ab/mode.js"):
        assert "immutable" in ask(running.base_url + name).headers["cache-control"]
    for name in ("", "viewer", "index.html", "app-config.js"):
        first = ask(running.base_url + name)
        assert first.headers["cache-control"] == ("no-cache" if name == "app-config.js" else "no-store")
        again = ask(running.base_url + name, ("If-None-Match", first.headers["etag"]))
        assert (again.status, again.body) == (304, b"")


def test_the_page_is_isolated_and_held_to_a_policy(running: Site, ask: Any) -> None:
    page, wasm = ask(running.base_url).headers, ask(running.base_url + "17dd54813d5acc10bf8f.wasm").headers
    for headers in (page, wasm):
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-embedder-policy"] == "require-corp"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert wasm["content-type"] == "application/wasm"
    policy = page["content-security-policy"]
    assert "sha256-" in policy
    assert "default-src 'self'" in policy
    worker = ask(running.base_url + "12.bundle.1c9ce804d1e88033e276.js").headers["content-security-policy"]
    assert "default-src 'none'" in worker


def test_a_rebuilt_dist_is_served(running: Site, ask: Any, dist: Path) -> None:
    old = ask(running.base_url).headers["content-security-policy"]
    (dist / "new.bundle.0123456789abcdef0123.js").write_text("new")
    text = (dist / "index.html").read_text().replace("window.early = 1", "window.early = 22")
    (dist / "index.html").write_text(text)
    assert ask(running.base_url).headers["content-security-policy"] != old
    assert ask(running.base_url + "new.bundle.0123456789abcdef0123.js").body == b"new"


def test_a_port_in_use_is_an_error(dist: Path, dataset: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse), site(dist, EmbeddedArchive(dataset), TOKENS, port=port):
            pass


def test_a_dist_with_an_archive_elsewhere_is_refused(dist: Path, dataset: Path) -> None:
    text = (dist / "index.html").read_text()
    elsewhere = json.dumps(["https://archive.example/dicom-web"])
    (dist / "index.html").write_text(text.replace(json.dumps(["/dicom-web"]), elsewhere))
    with (
        pytest.raises(DistInvalid, match=r"archive\.example"),
        site(dist, EmbeddedArchive(dataset), TOKENS),
    ):
        pass
