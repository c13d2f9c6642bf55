"""Behind a proxy at which TLS ends, or that takes a prefix off: what each real server tells the archive, and whom it
believes."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, Kind, deploy
from recording_archive import RecordingArchive, recording_archive
from servers import nginx_running
from web_servers import apache_running, caddy_running

PROXY, STRANGER = "127.0.0.2", "127.0.0.1"
PUBLIC = "pacs.example:8443"
ROOT = "/pacs/dicom-web"
LOCAL = f"{ROOT.removeprefix('/pacs')}/studies"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/dicom+json\r\n\r\n[]"


def _nginx(folder: Path, conf: Path, port: int) -> AbstractContextManager[None]:
    return nginx_running(conf, folder / "prefix", port)


SERVERS: Mapping[str, tuple[Kind, str, Callable[..., AbstractContextManager[None]]]] = {
    "nginx": ("nginx", "nginx/viewer.conf", _nginx),
    "apache": ("static", "apache.conf", apache_running),
    "caddy": ("static", "site.caddy", caddy_running),
}


@dataclass(frozen=True)
class Behind:
    """A server behind a proxy that takes ``/pacs`` off."""

    port: int
    archive: RecordingArchive

    def told(self, client: str, *headers: str, host: str = "inside") -> tuple[str, str]:
        """The scheme and the host that the archive is told about a request from this address."""
        self.archive.clear()
        assert self.ask(client, LOCAL, *headers, host=host).startswith("HTTP/1.1 200 ")
        (heard,) = self.archive.received()
        assert heard.target == f"{ROOT}/studies"
        pairs = dict(pair.split("=") for pair in heard.headers["forwarded"].split(";"))
        assert heard.headers["x-forwarded-proto"] == pairs["proto"]
        assert heard.headers["x-forwarded-host"] == heard.headers["host"] == pairs["host"]
        return pairs["proto"], pairs["host"]

    def ask(self, client: str, target: str, *headers: str, host: str = "inside") -> str:
        """The answer to a request from this address, as it came."""
        lines = [f"GET {target} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""]
        with socket.create_connection(("127.0.0.1", self.port), 10, (client, 0)) as connection:
            connection.sendall("\r\n".join(lines).encode())
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
        return b"".join(parts).decode("latin-1")


@pytest.fixture(scope="module", params=SERVERS)
def behind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, write_dist: Any, web: Any
) -> Iterator[Behind]:
    kind, conf, running = SERVERS[request.param]
    dist = write_dist(tmp_path_factory.mktemp("dist") / "dist", public_url="/pacs/ohif/", root=ROOT)
    with ExitStack() as stack:
        # Apache reads as another user than the one who runs the tests.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        archive = stack.enter_context(recording_archive({f"{ROOT}/studies": ANSWER}))
        options = DeployOptions(
            archive=archive.origin,
            port=web.free_port(),
            behind_proxy=("127.0.0.2", "2001:db8::/64"),
            public_origin=f"https://{PUBLIC}",
            prefix_stripped="/pacs",
            logs=str(folder) if kind == "nginx" else DeployOptions.logs,
        )
        deploy(kind, dist, folder / "viewer", options, SilentReporter())
        stack.enter_context(running(folder, folder / "viewer" / conf, options.port))
        yield Behind(options.port, archive)


@pytest.mark.parametrize(
    ("headers", "scheme", "host"),
    [
        ((), "https", PUBLIC),
        (("X-Forwarded-Proto: https",), "https", PUBLIC),
        (("X-Forwarded-Proto: http",), "http", PUBLIC),
        (("X-Forwarded-Proto: http, https",), "http", PUBLIC),
        (("X-Forwarded-Proto: javascript",), "https", PUBLIC),
        (("X-Forwarded-Host: other.example:8444",), "https", "other.example:8444"),
        (("X-Forwarded-Host: [2001:db8::1]:8444",), "https", "[2001:db8::1]:8444"),
        (("X-Forwarded-Host: a.example, b.example",), "https", "a.example"),
        (("Forwarded: for=192.0.2.1;proto=http;host=b.example",), "http", "b.example"),
        (('Forwarded: for="[2001:db8::7]:4711"; host="b.example:8444"; proto=http',), "http", "b.example:8444"),
        (("Forwarded: for=192.0.2.1, for=192.0.2.2;proto=http;host=b.example",), "https", PUBLIC),
        (("X-Forwarded-Proto: https", "Forwarded: proto=http"), "https", PUBLIC),
    ],
)
def test_the_archive_is_told_what_the_proxy_says(
    behind: Behind, headers: tuple[str, ...], scheme: str, host: str
) -> None:
    assert behind.told(PROXY, *headers) == (scheme, host)


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-Host: evil.example/path",
        "X-Forwarded-Host: user@evil.example",
        'X-Forwarded-Host: evil.example";proto="http',
        "X-Forwarded-Host: evil.example\\x",
        'Forwarded: host="evil.example/path"',
        "Forwarded: xhost=evil.example;xproto=http",
        "X-Forwarded-Proto: http://evil.example",
    ],
)
def test_what_is_no_host_or_scheme_is_not_passed_on(behind: Behind, header: str) -> None:
    assert behind.told(PROXY, header) == ("https", PUBLIC)


@pytest.mark.parametrize(
    "headers",
    [
        ("X-Forwarded-Proto: https",),
        ("X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"),
        ("Forwarded: host=evil.example;proto=https",),
        (f"X-Forwarded-For: {PROXY}", "X-Forwarded-Host: evil.example"),
        (f"X-Real-IP: {PROXY}", "X-Forwarded-Host: evil.example"),
        (f"Forwarded: for={PROXY};host=evil.example;proto=https",),
    ],
)
def test_nobody_but_the_proxy_is_believed(behind: Behind, headers: tuple[str, ...]) -> None:
    assert behind.told(STRANGER, *headers) == ("http", "inside")


def test_the_proxys_host_header_does_not_decide(behind: Behind) -> None:
    assert behind.told(PROXY, host="backend.internal:80") == ("https", PUBLIC)


def test_pages_are_served_without_the_prefix_and_redirects_name_it(behind: Behind) -> None:
    page = behind.ask(PROXY, "/ohif/viewer?StudyInstanceUIDs=1.2")
    missing = behind.ask(PROXY, "/ohif/none.js")
    asset = behind.ask(PROXY, "/ohif/app-config.js")
    bare = behind.ask(PROXY, "/ohif?token=a")
    assert page.startswith("HTTP/1.1 200 ")
    assert "no-store" in page
    assert "strict-transport-security" in page.lower()
    assert "script-src" in page.partition("\r\n\r\n")[0]
    assert asset.startswith("HTTP/1.1 200 ")
    assert missing.startswith("HTTP/1.1 404 ")
    location = bare.lower().partition("\r\nlocation: ")[2].partition("\r\n")[0]
    assert location.partition("?")[0] in ("/pacs/ohif/", f"https://{PUBLIC}/pacs/ohif/")
