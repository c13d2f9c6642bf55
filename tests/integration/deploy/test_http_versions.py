"""HTTP/2 and HTTP/3 at the servers that deploy configures: the rules for the archive hold in every version."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from http3 import ask_over_http3
from ohifbuild.contract.grants import Tokens
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.processes import output
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.viewer_site import site
from servers import nginx_running
from system import installed
from web_servers import apache_running, caddy_running

HOST = "pacs.example"
ASKED = {
    "page": ("GET", "/viewer?StudyInstanceUIDs=1.2"),
    "search without a token": ("GET", "/dicom-web/studies"),
    "upload": ("POST", "/dicom-web/studies"),
    "path of two meanings": ("GET", "/dicom-web/a/../studies"),
}
STATUS = {"page": 200, "search without a token": 401, "upload": 405, "path of two meanings": 400}
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


def deployed(server: str, dist: Path, folder: Path, trust: Trust, archive: str, ports: tuple[int, int]) -> Path:
    kind, conf = SERVERS[server]
    options = DeployOptions(
        host=HOST,
        certificate=str(trust.certificate),
        key=str(trust.key),
        port=ports[0],
        tls_port=ports[1],
        archive=archive,
        logs=str(folder),
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
    words = ("--http2", "--silent", "--path-as-is", "--noproxy", "*", "--output", "/dev/null", "--request", method)
    place = ("--cacert", trust.authority, "--resolve", f"{HOST}:{port}:127.0.0.1", f"https://{HOST}:{port}{path}")
    return Answer2(output([installed("curl", "curl"), *words, "--dump-header", "-", *place]).lower())


@pytest.mark.parametrize("server", SERVERS)
def test_every_server_speaks_http2_and_no_answer_of_the_archive_announces_another(
    tmp_path: Path, folder: Path, trust: Trust, make_dist: Any, web: Any, server: str
) -> None:
    dist, ports = make_dist(), (web.free_port(), web.free_port())
    with site(dist, EmbeddedArchive(tmp_path), Tokens({})) as own:
        conf = deployed(server, dist, folder, trust, own.origin, ports)
        with RUNNING[server](folder, conf, ports[1]):
            found = {name: ask_over_http2(ports[1], trust, *request) for name, request in ASKED.items()}
    assert {name: answer.status for name, answer in found.items()} == STATUS
    assert ["alt-svc" in answer.head for answer in found.values()] == [server == "Caddy", False, False, False]


def test_caddy_speaks_http3_and_keeps_to_the_rules_for_the_archive(
    tmp_path: Path, folder: Path, trust: Trust, make_dist: Any, web: Any
) -> None:
    dist, ports = make_dist(), (web.free_port(), web.free_port())
    with site(dist, EmbeddedArchive(tmp_path), Tokens({})) as own:
        conf = deployed("Caddy", dist, folder, trust, own.origin, ports)
        with caddy_running(folder, conf, ports[1]):
            found = {
                name: ask_over_http3(HOST, ports[1], path, authority=trust.authority, method=method)
                for name, (method, path) in ASKED.items()
            }
    assert {name: answer.status for name, answer in found.items()} == STATUS
    assert found["page"].body == (dist / "index.html").read_bytes()
    assert "alt-svc" not in found["search without a token"].headers
