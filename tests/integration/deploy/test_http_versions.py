"""HTTP/2 and HTTP/3 at the servers that deploy configures: the rules for the archive hold in every version."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from http3 import ask_over_http3
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.processes import output, run
from ohifbuild.deploy import DeployOptions, deploy
from recording_archive import RecordingArchive, recording_archive
from servers import nginx_running
from system import installed
from web_servers import apache_running, caddy_running

HOST = "pacs.example"
ASKED = {
    "page": ("GET", "/viewer?StudyInstanceUIDs=1.2"),
    "search": ("GET", "/dicom-web/studies?StudyInstanceUID=1.2"),
    "upload": ("POST", "/dicom-web/studies"),
    "path of two meanings": ("GET", "/dicom-web/a/../studies"),
}
STATUS = {"page": 200, "search": 200, "upload": 405, "path of two meanings": 400}
SERVERS = {
    "nginx": ("nginx", "nginx/viewer.conf"),
    "Apache": ("static", "apache.conf"),
    "Caddy": ("static", "site.caddy"),
}
RUNNING = {
    "nginx": lambda folder, conf, port: nginx_running(conf, folder / "nginx-prefix", port),
    "Apache": apache_running,
    "Caddy": caddy_running,
}


@dataclass(frozen=True)
class Trust:
    """Files of a certificate for ``HOST``: its authority's, its own and its key's."""

    authority: Path
    certificate: Path
    key: Path


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that Apache can read, which is another user than the one who runs the tests."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def trust(folder: Path) -> Trust:
    found = Trust(folder / "authority.pem", folder / "certificate.pem", folder / "key.pem")
    authority = trustme.CA()
    made = authority.issue_cert(HOST)
    authority.cert_pem.write_to_path(found.authority)
    made.private_key_pem.write_to_path(found.key)
    for blob in made.cert_chain_pems:
        blob.write_to_path(found.certificate, append=True)
    return found


def deployed(
    server: str, dist: Path, folder: Path, trust: Trust, archive: str, ports: tuple[int, int], **more: Any
) -> Path:
    kind, conf = SERVERS[server]
    options = DeployOptions(
        host=HOST,
        certificate=str(trust.certificate),
        key=str(trust.key),
        port=ports[0],
        tls_port=ports[1],
        archive=archive,
        logs=str(folder),
        **more,
    )
    deploy(kind, dist, folder / "viewer", options, SilentReporter())  # type: ignore[arg-type]
    return folder / "viewer" / conf


@dataclass(frozen=True)
class Answer2:
    """An answer to a client that offers HTTP/2; ``head`` is its status line with its headers, in lower case."""

    head: str

    @property
    def status(self) -> int:
        """The status, if the answer came over HTTP/2."""
        version, status, *_ = self.head.split(maxsplit=2)
        assert version == "http/2"
        return int(status)


def ask_over_http2(port: int, trust: Trust, method: str, path: str) -> Answer2:
    words = (
        "--http2",
        "--silent",
        "--path-as-is",
        "--noproxy",
        "*",
        "--output",
        "/dev/null",
        "--request",
        method,
        "--header",
        "token: secret",
    )
    place = ("--cacert", trust.authority, "--resolve", f"{HOST}:{port}:127.0.0.1", f"https://{HOST}:{port}{path}")
    return Answer2(output([installed("curl", "curl"), *words, "--dump-header", "-", *place]).lower())


def expected(archive: RecordingArchive, port: int) -> None:
    """The archive got the search only, with the token, and with the host and scheme that the browser used."""
    (received,) = archive.received()
    assert (received.method, received.target) == ASKED["search"]
    assert received.headers["token"] == "secret"
    assert received.headers["host"] == f"{HOST}:{port}"
    assert received.headers["forwarded"] == f"host={HOST}:{port};proto=https"
    assert (received.headers["x-forwarded-host"], received.headers["x-forwarded-proto"]) == (f"{HOST}:{port}", "https")


@pytest.mark.parametrize("server", SERVERS)
def test_every_server_speaks_http2_and_no_answer_of_the_archive_announces_another(
    folder: Path, trust: Trust, make_dist: Any, web: Any, server: str
) -> None:
    ports = (web.free_port(), web.free_port())
    with recording_archive({}) as archive:
        conf = deployed(server, make_dist(), folder, trust, archive.origin, ports)
        with RUNNING[server](folder, conf, ports[1]):
            found = {name: ask_over_http2(ports[1], trust, *request) for name, request in ASKED.items()}
        expected(archive, ports[1])
    assert {name: answer.status for name, answer in found.items()} == STATUS
    assert ["alt-svc" in answer.head for answer in found.values()] == [server == "Caddy", False, False, False]


@contextmanager
def nginx_with_http3(folder: Path, conf: Path, port: int) -> Iterator[None]:
    """Runs nginx with every file that ``deploy --http3`` wrote for it."""
    if "--with-http_v3_module" not in run([installed("nginx", "nginx"), "-V"]):
        pytest.skip("This nginx has no HTTP/3: that of Debian 12 is 1.22.")
    every = folder / "every.conf"
    every.write_text("".join(f"include {path};\n" for path in sorted(conf.parent.iterdir())))
    with nginx_running(every, folder / "nginx-prefix", port):
        yield


@pytest.mark.parametrize("server", ["nginx", "Caddy"])
def test_http3_keeps_to_the_rules_for_the_archive_too(
    folder: Path, trust: Trust, make_dist: Any, web: Any, server: str
) -> None:
    dist, ports = make_dist(), (web.free_port(), web.free_port())
    running = {"nginx": nginx_with_http3, "Caddy": caddy_running}[server]
    with recording_archive({}) as archive:
        conf = deployed(server, dist, folder, trust, archive.origin, ports, http3=server == "nginx")
        with running(folder, conf, ports[1]):
            found = {
                name: ask_over_http3(
                    HOST, ports[1], path, authority=trust.authority, method=method, headers={"token": "secret"}
                )
                for name, (method, path) in ASKED.items()
            }
        expected(archive, ports[1])
    assert {name: answer.status for name, answer in found.items()} == STATUS
    assert found["page"].body == (dist / "index.html").read_bytes()
    assert "alt-svc" not in found["search"].headers
