"""What reaches an archive, and what of its answers reaches a browser, behind each real server: the same rules."""

from __future__ import annotations

import os
import re
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.contract.place import is_plain
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.processes import running
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.server.archive_rules import (
    REDIRECTS,
    REQUEST_HEADERS_REMOVED,
    RESPONSE_HEADERS_ALLOWED,
    RESPONSE_HEADERS_REMOVED,
    RESPONSE_HEADERS_SET,
)
from recording_archive import Received, RecordingArchive, recording_archive
from servers import nginx_running
from vectors import rows
from web_servers import apache_running, caddy_running

pytestmark = pytest.mark.integration

ROOT, OTHER = "/dicom-web", "/more/files.v1"
WARD = {
    "name": "ward",
    "roots": ["/ward/rs", "/ward/wado"],
    "tokenHeader": "token",
    "tokenScheme": "",
    "access": "session",
}
CHALLENGES = {
    'Bearer realm="x"': True,
    "Token x": True,
    'Basic realm="x"': False,
    "negotiate": False,
    "Bearer, Digest x": False,
}
MARK = b"what the archive says"
HOSTILE = "https://evil.example/"
STATUSES = (200, 206, 304, 401, 404, 500)


def _answer(status: int, *headers: str, body: bytes = MARK) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if status == 304 else body)


FORBIDDEN = [f"{name}: {HOSTILE}" for name in RESPONSE_HEADERS_REMOVED if name not in RESPONSE_HEADERS_SET]
PERMITTED = {
    "Content-Type": "text/html",
    "ETag": '"1"',
    "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT",
    "WWW-Authenticate": 'Token realm="studies"',
    "Warning": '299 here "There are more"',
    "Retry-After": "3",
    "Content-Disposition": "inline",
    "Content-Language": "ja",
}
EVERYTHING = (
    *FORBIDDEN,
    *(f"{name}: x" for name in RESPONSE_HEADERS_SET),
    *(f"{name}: {value}" for name, value in PERMITTED.items()),
)
SCRIPTS = (
    "text/javascript",
    "application/x-JavaScript;charset=utf-8",
    "text/ecmascript",
    "text/jscript",
    "text/livescript",
)
OTHERS = (
    'multipart/related; type="application/octet-stream"; boundary=x',
    "application/dicom+json",
    "text/html",
    "application/pdf",
    "application/postscript",
)
ANSWERS = {
    f"{ROOT}/plain": _answer(200, "Content-Type: application/dicom+json"),
    **{f"{ROOT}/redirect/{status}": _answer(status, f"Location: {HOSTILE}", "Set-Cookie: a=b") for status in REDIRECTS},
    **{f"{ROOT}/headers/{status}": _answer(status, *EVERYTHING) for status in STATUSES},
    **{
        f"{ROOT}/typed/{number}": _answer(200, f"Content-Type: {kind}")
        for number, kind in enumerate((*SCRIPTS, *OTHERS))
    },
    **{f"{ROOT}/asks/{n}": _answer(401, f"WWW-Authenticate: {text}") for n, text in enumerate(CHALLENGES)},
    "/aets/W/rs/asks": _answer(401, 'WWW-Authenticate: Basic realm="x"'),
    f"{ROOT}/internal": _answer(200, "X-Accel-Redirect: /ohif/app-config.js", "X-Sendfile: /etc/passwd"),
    f"{ROOT}/hints": b"HTTP/1.1 103 Early Hints\r\nLink: </x.js>; rel=preload\r\n\r\n" + _answer(200),
}


@dataclass(frozen=True)
class Running:
    """A server of one of the kinds, and what is behind it."""

    kind: str
    port: int
    archive: RecordingArchive

    def send(self, request: bytes) -> bytes:
        """The answer to a request exactly as written; '' if the connection was just closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(request)
            parts = []
            try:
                while part := connection.recv(65536):
                    parts.append(part)
            except ConnectionError:
                """It was broken off."""
        return b"".join(parts)

    def ask(
        self, target: str, *headers: str, method: str = "GET", body: bytes = b""
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and body; a header that came twice has both values."""
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
        lines += [f"Content-Length: {len(body)}"] if body else []
        head, _, rest = self.send("\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body).partition(b"\r\n\r\n")
        first, *others = head.decode("latin-1").split("\r\n")
        found: dict[str, str] = {}
        for name, _, value in (line.partition(":") for line in others):
            found[name.lower()] = ", ".join(filter(None, [found.get(name.lower()), value.strip()]))
        return int(first.split()[1]) if first else 0, found, rest

    def heard(self, target: str, *headers: str, method: str = "GET", body: bytes = b"") -> tuple[int, list[Received]]:
        """The status of an answer, and what the archive heard of the request."""
        self.archive.clear()
        status, _, _ = self.ask(target, *headers, method=method, body=body)
        return status, self.archive.received()


def _ward(archive: str) -> tuple[str, ...]:
    return (f"ward={archive}/aets/W/rs",)


@contextmanager
def _nginx(folder: Path, dist: Path, archive: str, port: int) -> Iterator[None]:
    options = DeployOptions(port=port, archive=archive, archives=_ward(archive), logs=str(folder))
    deploy("nginx", dist, folder / "viewer", options, SilentReporter())
    with nginx_running(folder / "viewer/nginx/viewer.conf", folder / "prefix", port):
        yield


@contextmanager
def _apache(folder: Path, dist: Path, archive: str, port: int) -> Iterator[None]:
    deploy(
        "static",
        dist,
        folder / "viewer",
        DeployOptions(port=port, archive=archive, archives=_ward(archive)),
        SilentReporter(),
    )
    with apache_running(folder, folder / "viewer/apache.conf", port):
        yield


@contextmanager
def _caddy(folder: Path, dist: Path, archive: str, port: int) -> Iterator[None]:
    deploy(
        "static",
        dist,
        folder / "viewer",
        DeployOptions(port=port, archive=archive, archives=_ward(archive)),
        SilentReporter(),
    )
    with caddy_running(folder, folder / "viewer/site.caddy", port):
        yield


@contextmanager
def _serve(folder: Path, dist: Path, archive: str, port: int) -> Iterator[None]:
    command = [
        sys.executable,
        "-m",
        "ohifbuild",
        "serve",
        str(dist),
        "--dicomweb",
        f"{archive}{ROOT}",
        "--archive",
        *_ward(archive),
        "--port",
        str(port),
    ]
    with running(command, env={**os.environ, "XDG_STATE_HOME": str(folder)}) as child:
        assert child.stdout is not None
        assert any(line.startswith("Press Ctrl-C to stop.") for line in child.stdout)
        yield


KINDS: dict[str, Callable[..., Any]] = {"nginx": _nginx, "apache": _apache, "caddy": _caddy, "serve": _serve}


@pytest.fixture(scope="module", params=KINDS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, write_dist: Any, web: Any
) -> Iterator[Running]:
    dist = write_dist(
        tmp_path_factory.mktemp("dist") / "dist", public_url="/ohif/", more_roots=(OTHER,), further=[WARD]
    )
    with ExitStack() as stack:
        # Apache reads as another user than the one who runs the tests.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        archive = stack.enter_context(recording_archive(ANSWERS))
        port = web.free_port()
        stack.enter_context(KINDS[request.param](folder, dist, archive.origin, port))
        yield Running(request.param, port, archive)


def _rows() -> list[dict[str, Any]]:
    """Paths that have no way of being sent, or whose query begins at their question mark, are left out."""
    return [
        row for row in rows("places") if row["root"] == ROOT and row["path"].startswith("/") and "?" not in row["path"]
    ]


CONTROL = re.compile(r"[\x00-\x20\x7f]")


def test_no_ambiguous_path_of_the_vectors_reaches_the_archive(server: Running) -> None:
    passed = []
    for number, row in enumerate(_rows()):
        if row["tail"] is None:
            lines = f"GET {row['path']} HTTP/1.1\r\nHost: localhost\r\nX-Row: {number}\r\nConnection: close\r\n\r\n"
            server.archive.clear()
            answer = server.send(lines.encode())
            for heard in server.archive.received():
                # A line break or a space may end the request line before what is crooked in it.
                cut = CONTROL.search(row["path"]) and is_plain(heard.target)
                passed.extend([] if cut else [(row["path"], heard.target, row["why"])])
            passed.extend([(row["path"], "answered", row["why"])] if MARK in answer else [])
    assert passed == []


def test_every_plain_path_of_the_vectors_reaches_the_archive_unchanged(server: Running) -> None:
    lost = []
    for row in _rows():
        # nginx, Apache and Caddy each leave the root itself, without a slash, to nobody.
        if row["tail"] is not None and row["path"] != ROOT:
            status, heard = server.heard(f"{row['path']}?limit=1")
            lost.extend([] if (status, len(heard)) == (200, 1) else [(row["path"], status)])
            assert all(is_plain(each.target.partition("?")[0]) for each in heard)
            assert all(each.target.endswith("?limit=1") for each in heard)
    assert lost == []


@pytest.mark.parametrize(
    "target",
    [
        f"http://localhost{ROOT}/plain",
        f"HTTP://evil.example{ROOT}/plain",
        f"http://user@localhost{ROOT}/plain",
        f"{ROOT}/plain#fragment",
        f"{ROOT}/plain?limit=1#fragment",
        f"/ohif/..{ROOT}/plain",
        f"/ohif/..%2f{ROOT[1:]}/plain",
        f"/ohif/..;{ROOT}/plain",
        f"{OTHER.replace('.', '%2e')}/plain",
    ],
)
def test_targets_in_other_forms_do_not_reach_the_archive(server: Running, target: str) -> None:
    status, heard = server.heard(target)
    assert heard == []
    assert status in (0, 200, 400, 403, 404)


def test_ambiguous_paths_below_the_root_are_bad_requests(server: Running) -> None:
    targets = (f"{ROOT}/..;/x", f"{ROOT}/%252e/x", f"{ROOT}/a%c0%ae", f"{ROOT}//x", f"{ROOT}/a;b", f"{ROOT}/x#y")
    assert {target: server.ask(target)[0] for target in targets} == dict.fromkeys(targets, 400)


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get", "INVENTED"]
)
def test_only_get_and_head_reach_the_archive(server: Running, method: str) -> None:
    status, heard = server.heard(f"{ROOT}/plain", method=method, body=b"" if method == "TRACE" else b"{}")
    assert heard == []
    assert status in (400, 405, 501)
    answer = server.ask(f"{ROOT}/plain", method=method)
    assert status != 405 or answer[1].get("allow", "GET, HEAD") == "GET, HEAD"
    assert method not in ("POST", "DELETE") or (answer[0], answer[1].get("allow")) == (405, "GET, HEAD")


def test_get_and_head_are_answered_by_the_archive(server: Running) -> None:
    status, headers, body = server.ask(f"{ROOT}/plain")
    assert (status, headers["content-type"], body) == (200, "application/dicom+json", MARK)
    status, heard = server.heard(f"{ROOT}/plain", method="HEAD")
    assert (status, [each.method for each in heard]) == (200, ["HEAD"])


@pytest.mark.parametrize("status", REDIRECTS)
def test_redirects_of_the_archive_are_not_passed_to_the_browser(server: Running, status: int) -> None:
    for method in ("GET", "HEAD"):
        answered, headers, _ = server.ask(f"{ROOT}/redirect/{status}", method=method)
        # Apache has no way of sending another status; without a Location it redirects nobody either (Fetch 4.3).
        assert answered == (status if server.kind == "apache" else 502)
        assert [name for name, value in headers.items() if HOSTILE in value or name in ("location", "set-cookie")] == []


@pytest.mark.parametrize("status", STATUSES)
def test_no_answer_of_the_archive_acts_on_the_viewers_origin(server: Running, status: int) -> None:
    answered, headers, _ = server.ask(f"{ROOT}/headers/{status}")
    assert answered == status
    assert {name: headers.get(name.lower()) for name in RESPONSE_HEADERS_SET} == RESPONSE_HEADERS_SET
    assert [name for name, value in headers.items() if "evil.example" in value] == []
    # RFC 9110 15.4.5: what a 304 says of the content is what it said before.
    expected = {name.lower(): value for name, value in PERMITTED.items() if status != 304 or name == "ETag"}
    assert {name: headers.get(name) for name in expected} == expected


def test_script_media_types_become_text(server: Running) -> None:
    types = [server.ask(f"{ROOT}/typed/{number}")[1]["content-type"] for number in range(len(SCRIPTS) + len(OTHERS))]
    assert types == [*["text/plain"] * len(SCRIPTS), *OTHERS]


def test_the_archive_cannot_make_the_server_send_its_own_files(server: Running) -> None:
    status, headers, body = server.ask(f"{ROOT}/internal")
    assert (status, body) == (200, MARK)
    assert {"x-accel-redirect", "x-sendfile"} & headers.keys() == set()


def test_interim_responses_of_the_archive_are_not_passed_to_the_browser(server: Running) -> None:
    request = f"GET {ROOT}/hints HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert b"preload" not in server.send(request.encode())


def test_cookies_and_method_overrides_do_not_reach_the_archive(server: Running) -> None:
    _, (heard,) = server.heard(f"{ROOT}/plain", *(f"{name}: x" for name in REQUEST_HEADERS_REMOVED), "token: t0ken")
    assert heard.headers["token"] == "t0ken"
    assert {name.lower() for name in REQUEST_HEADERS_REMOVED} & heard.headers.keys() == set()


def test_a_challenge_that_opens_the_browsers_dialog_does_not_reach_the_browser(server: Running) -> None:
    for number, (text, kept) in enumerate(CHALLENGES.items()):
        status, headers, _ = server.ask(f"{ROOT}/asks/{number}")
        assert (status, headers["www-authenticate"]) == (401, text if kept else "Bearer")


def test_a_further_archive_is_at_its_own_place_with_the_browsers_session(server: Running) -> None:
    for path, target in (("/ward/rs/studies", "/aets/W/rs/studies"), ("/ward/wado/x?a=b", "/aets/W/wado/x?a=b")):
        _, (heard,) = server.heard(path, "Cookie: a=b", "X-Method-Override: x")
        assert (heard.target, heard.headers.get("cookie")) == (target, "a=b")
        assert "x-method-override" not in heard.headers
    assert server.ask("/ward/rs/asks")[1]["www-authenticate"] == 'Basic realm="x"'
    assert server.heard("/ward/rs/a;b") == (400, [])


def test_the_servers_own_errors_have_the_same_headers(server: Running) -> None:
    for target, method in ((f"{ROOT}/..;/x", "GET"), (f"{ROOT}/plain", "POST"), (f"{ROOT}/redirect/302", "GET")):
        _, headers, _ = server.ask(target, method=method)
        assert {name: headers.get(name.lower()) for name in RESPONSE_HEADERS_SET} == RESPONSE_HEADERS_SET, (
            target,
            method,
        )


def test_the_page_is_not_stored(server: Running) -> None:
    for target in ("/ohif/", "/ohif/index.html", "/ohif/viewer?StudyInstanceUIDs=1.2&token=t"):
        status, headers, _ = server.ask(target)
        assert (status, headers["cache-control"]) == (200, "no-store")
    assert server.ask("/ohif/app-config.js")[1]["cache-control"] == "no-cache"


def test_allowed_and_removed_headers_are_disjoint() -> None:
    assert RESPONSE_HEADERS_ALLOWED.isdisjoint(name.lower() for name in RESPONSE_HEADERS_REMOVED)
    assert {name.lower() for name in RESPONSE_HEADERS_SET} <= {name.lower() for name in RESPONSE_HEADERS_REMOVED}
    assert len({name.lower() for name in RESPONSE_HEADERS_REMOVED}) == len(RESPONSE_HEADERS_REMOVED)
