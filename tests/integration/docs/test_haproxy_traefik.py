"""The page about HAProxy and Traefik: its HAProxy is run before the nginx that its command deploys."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from click.testing import CliRunner

from container_images import compose_command
from how_to import blocks, command, replaced
from ohifbuild.commands.main import cli
from ohifbuild.core.processes import output, run, running
from ohifbuild.orthanc.admin_client import free_port
from recording_archive import RecordingArchive, recording_archive
from servers import await_port, nginx_running
from small_dist import write_small_dist
from system import installed

PAGE, HOST = "haproxy-traefik", "pacs.example"
TOKEN = "t" * 8192
STUDIES = ",".join(f"1.2.840.113619.2.{number:048}" for number in range(200))
"""12 kB, as in a link to many studies."""
FORGED = (
    "Forwarded: for=192.0.2.1;host=evil.example;proto=http",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Proto: http",
    "X-Forwarded-For: 192.0.2.1",
)


@dataclass(frozen=True)
class Front:
    """HAProxy, as a browser reaches it."""

    plain: int
    secure: int
    authority: Path
    archive: RecordingArchive

    def ask(self, path: str, *headers: str) -> str:
        """The status line and the headers of an answer over HTTPS, in lower case."""
        return self._ask("https", self.secure, path, *headers)

    def ask_without_tls(self, path: str) -> str:
        """The same, over HTTP."""
        return self._ask("http", self.plain, path)

    def _ask(self, scheme: str, port: int, path: str, *headers: str) -> str:
        words: list[str | Path] = [installed("curl", "curl"), "--silent", "--noproxy", "*", "--output", "/dev/null"]
        for header in headers:
            words += ["--header", header]
        words += ["--cacert", self.authority, "--connect-to", f"{HOST}::127.0.0.1:{port}", "--dump-header", "-"]
        return output([*words, f"{scheme}://{HOST}{path}"]).lower()


def deployed(folder: Path, archive: RecordingArchive, port: int) -> Path:
    """Runs the page's first command; returns nginx's configuration."""
    settings = folder / "orthanc"
    settings.mkdir()
    (settings / "orthanc.json").write_text(json.dumps({"HttpPort": archive.port}))
    write_small_dist(folder / "dist")
    here = {
        "/opt/dist": str(folder / "dist"),
        "/srv/viewer": str(folder / "viewer"),
        "/etc/orthanc": str(settings),
        "8080": str(port),
    }
    _, *words = command(PAGE, "ohifbuild deploy nginx", here)
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    conf = folder / "viewer/nginx/viewer.conf"
    conf.write_text(replaced(conf.read_text(), {"/var/log/nginx": str(folder)}))
    return conf


@contextmanager
def haproxy_running(folder: Path, front: Front, port: int, certificate: Path) -> Iterator[None]:
    """Runs the HAProxy of the page; its log is in ``haproxy.log``."""
    program, conf = installed("haproxy", "haproxy"), folder / "haproxy.cfg"
    (text,) = blocks(PAGE, "haproxy")
    here = {
        "log /dev/log local0": "log stdout format raw local0",
        "/etc/haproxy/pacs.pem": str(certificate),
        "bind :80\n": f"bind 127.0.0.1:{front.plain}\n",
        "bind :443": f"bind 127.0.0.1:{front.secure}",
        "127.0.0.1:8080": f"127.0.0.1:{port}",
    }
    if os.geteuid() != 0:
        here |= {"    user haproxy\n": "", "    group haproxy\n": ""}
    conf.write_text(replaced(text, here))
    run([program, "-c", "-f", conf])
    with running([program, "-db", "-f", conf]) as child:
        await_port("127.0.0.1", front.secure, lambda: child.poll() is None)
        yield
        child.terminate()
        assert child.stdout is not None
        (folder / "haproxy.log").write_text(child.stdout.read())


@contextmanager
def fronted(tmp_path: Path) -> Iterator[Front]:
    """The HAProxy of the page before the nginx that its command deploys. All logs are complete when the block ends."""
    authority, certificate, port = trustme.CA(), tmp_path / "pacs.pem", free_port(0)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(certificate)
    with recording_archive({}) as archive:
        found = Front(free_port(0), free_port(0), tmp_path / "authority.pem", archive)
        conf = deployed(tmp_path, archive, port)
        with (
            nginx_running(conf, tmp_path / "nginx-prefix", port),
            haproxy_running(tmp_path, found, port, certificate),
        ):
            yield found


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    with fronted(tmp_path) as found:
        yield found


def test_a_long_token_reaches_the_archive_over_http2_with_the_browsers_host_and_scheme(front: Front) -> None:
    page = front.ask(f"/viewer?StudyInstanceUIDs={STUDIES}&token={TOKEN}")
    search = front.ask("/dicom-web/studies?StudyInstanceUID=1.2", f"token: {TOKEN}", *FORGED)
    (heard,) = front.archive.received()
    assert [answer.split()[:2] for answer in (page, search)] == [["http/2", "200"]] * 2
    assert "strict-transport-security" in page
    assert heard.headers["token"] == TOKEN
    assert heard.headers["forwarded"] == f"host={HOST};proto=https"
    assert (heard.headers["x-forwarded-host"], heard.headers["x-forwarded-proto"]) == (HOST, "https")
    assert "192.0.2.1" not in heard.headers["x-forwarded-for"]


def test_http_leads_to_https(front: Front) -> None:
    answer = front.ask_without_tls("/viewer?StudyInstanceUIDs=1.2")
    assert answer.split()[1] == "308"
    assert f"location: https://{HOST}/viewer?studyinstanceuids=1.2" in answer


def test_no_log_has_a_token(tmp_path: Path) -> None:
    with fronted(tmp_path) as front:
        front.ask("/viewer?StudyInstanceUIDs=1.2&token=secret")
        front.ask_without_tls("/viewer?StudyInstanceUIDs=1.2&token=secret")
        front.ask("/dicom-web/studies?StudyInstanceUID=1.2", "token: secret")
    (nginx,) = tmp_path.glob("*.access.log")
    for log, line in ((nginx, "GET /index.html"), (tmp_path / "haproxy.log", "GET /viewer HTTP/1.1")):
        text = log.read_text()
        assert line in text
        assert "/dicom-web/studies" in text
        assert "secret" not in text


def test_traefik_sends_the_host_to_the_port_that_was_deployed() -> None:
    static, dynamic, _ = (yaml.safe_load(block) for block in blocks(PAGE, "yaml"))
    router = dynamic["http"]["routers"]["viewer"]
    (server,) = dynamic["http"]["services"][router["service"]]["loadBalancer"]["servers"]
    assert router["rule"] == f"Host(`{HOST}`)"
    assert set(router["entryPoints"]) <= set(static["entryPoints"])
    assert server["url"] == "http://127.0.0.1:8080"
    assert static["accessLog"]["fields"]["names"]["RequestPath"] == "drop"


def test_compose_accepts_traefiks_labels(tmp_path: Path) -> None:
    write_small_dist(tmp_path / "dist")
    here = {"/opt/dist": str(tmp_path / "dist"), "/srv/viewer": str(tmp_path / "viewer")}
    _, *words = command(PAGE, "ohifbuild deploy compose", here)
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    more = tmp_path / "traefik-viewer.yaml"
    more.write_text(blocks(PAGE, "yaml")[2])
    files = ("-f", str(tmp_path / "viewer/compose.yaml"), "-f", str(more))
    written = output([*compose_command(), *files, "config"], cwd=tmp_path / "viewer")
    read: dict[str, Any] = yaml.safe_load(written)
    nginx = read["services"]["nginx"]
    labels = nginx["labels"]
    assert sorted(nginx["networks"]) == ["default", "traefik"]
    assert labels["traefik.http.services.viewer.loadbalancer.server.port"] == "8080"
    assert "ohifbuild.configuration" in labels
    conf = (tmp_path / "viewer/nginx/viewer.conf").read_text()
    assert "listen 8080;" in conf
    assert "172.16.0.0/12 1;" in conf
