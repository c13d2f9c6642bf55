"""``ohifbuild serve`` as a child process, with the embedded archive behind it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from aiohttp import web

from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ArchiveUnreachable, DistInvalid, PortInUse
from ohifbuild.core.processes import running
from ohifbuild.server.serve import serve
from ohifbuild.verification.dataset.contents import MULTIFRAME
from ohifbuild.verification.dataset.write import write_dataset
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.viewer_site import Site, site

SETTINGS = {
    **{"tokenParam": "token", "tokenHeader": "token", "tokenScheme": "", "roots": ["/dicom-web"]},
    **{"priors": "never", "storage": "tab", "studyList": False, "publicUrl": "/ohif/"},
}


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    folder.mkdir()
    settings = json.dumps(SETTINGS)
    page = f'<script type="application/json" id="ohifbuild-settings">{settings}</script>viewer'
    (folder / "index.html").write_text(page)
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Site]:
    """A real archive that requires a token, at another port."""
    (tmp_path / "dataset").mkdir()
    write_dataset(tmp_path / "dataset")
    (tmp_path / "nothing").mkdir()
    tokens = Tokens({"mine": Grant(frozenset({MULTIFRAME.uid}))})
    with site(tmp_path / "nothing", EmbeddedArchive(tmp_path / "dataset"), tokens, settings=Settings()) as found:
        yield found


@contextmanager
def served(
    dist: Path, archive: Site, *options: str | Path, lines: list[str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The child process and its origin; its output up to the point where it listens is added to ``lines``."""
    program: list[str | Path] = [sys.executable, "-m", "ohifbuild", "serve", dist]
    program += ["--dicomweb", f"{archive.origin}/dicom-web"]
    env = {**os.environ, "XDG_STATE_HOME": str(dist.parent / "state")}
    with running([*program, "--port", "0", *options], env=env) as child:
        assert child.stdout is not None
        said = [] if lines is None else lines
        for line in child.stdout:
            said.append(line)
            if line.startswith("Press Ctrl-C to stop."):
                address = next(line for line in said if line.startswith("The viewer is at "))
                parts = urlsplit(address.split()[-1])
                assert parts.path == "/ohif/"
                yield child, f"{parts.scheme}://{parts.netloc}"
                return
        raise AssertionError("".join(said))


def test_serves_the_viewer_and_the_archive_from_one_origin(dist: Path, archive: Site) -> None:
    with served(dist, archive) as (_, origin):
        connection = HTTPConnection(urlsplit(origin).netloc, timeout=20)
        connection.request("GET", "/ohif/viewer?StudyInstanceUIDs=1")
        assert connection.getresponse().read().endswith(b"viewer")
        path = f"/dicom-web/studies/{MULTIFRAME.uid}/metadata"
        connection.request("GET", path, headers={"token": "mine"})
        found = json.loads(connection.getresponse().read())
        assert found[0]["7FE00010"]["BulkDataURI"].startswith(f"{origin}/dicom-web/")
        connection.request("GET", path)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("WWW-Authenticate")) == (401, 'Token realm="studies"')
        connection.close()
    last = archive.received()[-2]
    assert [value for name, value in last.headers if name == "token"] == ["mine"]


@pytest.mark.parametrize(("options", "status"), [((), 421), (("--allowed-host", "Viewer.example"), 200)])
def test_the_host_name_of_a_proxy_in_front_must_be_allowed(
    dist: Path, archive: Site, options: tuple[str, ...], status: int
) -> None:
    with served(dist, archive, *options) as (_, origin):
        connection = HTTPConnection(urlsplit(origin).netloc, timeout=20)
        connection.request("GET", "/ohif/viewer", headers={"Host": "viewer.example"})
        assert connection.getresponse().status == status
        connection.close()


def test_an_invalid_host_name_is_refused_before_the_server_starts(dist: Path) -> None:
    command = [sys.executable, "-m", "ohifbuild", "serve", str(dist)]
    command += ["--dicomweb", "http://127.0.0.1:9/x", "--allowed-host"]
    done = subprocess.run([*command, "https://viewer.example"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is not a host name" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_server_cleanly(dist: Path, archive: Site, number: signal.Signals) -> None:
    with served(dist, archive) as (child, origin):
        connection = HTTPConnection(urlsplit(origin).netloc, timeout=20)
        connection.request("GET", "/ohif/")
        connection.getresponse().read()
        child.send_signal(number)
        assert child.stdout is not None
        rest = child.stdout.read()
        assert child.wait(20) == 0
        assert "Traceback" not in rest
        connection.close()


def test_errors_are_reported_before_the_server_listens(dist: Path, archive: Site, tmp_path: Path) -> None:
    taken = urlsplit(archive.origin)
    there = f"{archive.origin}/dicom-web"
    with pytest.raises(DistInvalid):
        serve(tmp_path / "nothing", there, port=0, reporter=SilentReporter())
    with pytest.raises(ArchiveUnreachable):
        serve(dist, f"{archive.origin}/nothing.txt", port=0, reporter=SilentReporter())
    with pytest.raises(PortInUse):
        serve(dist, there, port=taken.port or 0, reporter=SilentReporter())


def test_a_taken_port_names_the_next_free_one(dist: Path, archive: Site) -> None:
    taken = urlsplit(archive.origin).port or 0
    with pytest.raises(PortInUse) as failure:
        serve(dist, f"{archive.origin}/dicom-web", port=taken, reporter=SilentReporter())
    named = re.search(r"--port (\d+)", failure.value.fix)
    assert named
    assert int(named[1]) > taken
    with socket.create_server(("127.0.0.1", int(named[1]))):
        assert failure.value.cause == "Address already in use."


def test_the_address_of_another_machine_is_refused(dist: Path, archive: Site) -> None:
    with pytest.raises(PortInUse) as failure:
        serve(dist, f"{archive.origin}/dicom-web", host="198.51.100.7", port=0, reporter=SilentReporter())
    assert "--host" in failure.value.fix


def test_https_uses_a_self_signed_certificate_and_prints_its_fingerprint(dist: Path, archive: Site) -> None:
    lines: list[str] = []
    with served(dist, archive, "--https", lines=lines) as (child, origin):
        certificate = dist.parent / "state" / "ohifbuild" / "tls" / "serve.crt"
        context = ssl.create_default_context(cafile=certificate)
        connection = HTTPSConnection(urlsplit(origin).netloc, timeout=20, context=context)
        connection.request("GET", f"/dicom-web/studies/{MULTIFRAME.uid}/metadata", headers={"token": "mine"})
        found = json.loads(connection.getresponse().read())
        connection.close()
        with socket.create_connection(("127.0.0.1", urlsplit(origin).port or 0), timeout=20) as plain:
            plain.sendall(b"GET /ohif/?token=s3cret HTTP/1.1\r\nHost: x\r\n\r\n")
            plain.recv(100)
        child.send_signal(signal.SIGTERM)
        assert child.stdout is not None
        rest = child.stdout.read()
        assert child.wait(20) == 0
    assert origin.startswith("https://127.0.0.1:")
    assert found[0]["7FE00010"]["BulkDataURI"].startswith(f"{origin}/dicom-web/")
    assert str(certificate) in "".join(lines)
    assert re.search(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", "".join(lines))
    assert not {"s3cret", "Traceback"} & set(re.findall(r"s3cret|Traceback", rest))


def test_https_uses_the_users_certificate(dist: Path, archive: Site, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    context = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    both = tmp_path / "both.pem"
    with served(dist, archive, "--certificate", both, "--key", both) as (_, origin):
        connection = HTTPSConnection(urlsplit(origin).netloc, timeout=20, context=context)
        connection.request("GET", "/ohif/viewer")
        assert connection.getresponse().status == 200
        connection.close()
    assert not (tmp_path / "state").exists()


class Endless:
    """An archive that requires a token, and whose answers never end."""

    name = "endless"

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        if tail == "studies":
            return web.Response(status=401)
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"x" * 65536)
        await asyncio.Event().wait()
        return answer


@pytest.mark.parametrize(("signals", "status"), [((signal.SIGTERM,), 0), ((signal.SIGINT, signal.SIGINT), 130)])
def test_an_endless_answer_is_cut_and_the_client_sees_that_it_is_incomplete(
    dist: Path, tmp_path: Path, signals: tuple[signal.Signals, ...], status: int
) -> None:
    with (
        site(tmp_path, Endless(), Tokens({}), settings=Settings(), enforce=False) as endless,
        served(dist, endless) as (child, origin),
    ):
        connection = HTTPConnection(urlsplit(origin).netloc, timeout=20)
        connection.request("GET", "/dicom-web/studies/1/series/2")
        answer = connection.getresponse()
        assert answer.read(10) == b"x" * 10
        assert child.stdout is not None
        for number in signals:
            child.send_signal(number)
            line = child.stdout.readline()
        with pytest.raises((HTTPException, OSError)):
            answer.read()
        assert child.wait(20) == status
        assert "Traceback" not in line + child.stdout.read()
        connection.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "10.255.255.1"])
def test_http_on_a_network_address_warns_and_suggests_https(dist: Path, archive: Site, host: str) -> None:
    reporter = SilentReporter()
    with pytest.raises(PortInUse):
        serve(
            dist,
            f"{archive.origin}/dicom-web",
            host=host,
            port=urlsplit(archive.origin).port or 0,
            reporter=reporter,
        )
    assert "--https" in reporter.warnings[-1]


def test_a_different_path_of_the_archive_is_warned_about(dist: Path, archive: Site) -> None:
    text = (dist / "index.html").read_text().replace('["/dicom-web"]', '["/pacs"]')
    (dist / "index.html").write_text(text)
    reporter = SilentReporter()
    with pytest.raises(PortInUse):
        serve(dist, f"{archive.origin}/dicom-web", port=urlsplit(archive.origin).port or 0, reporter=reporter)
    assert "/pacs" in reporter.warnings[0]
