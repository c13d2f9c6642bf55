"""The nginx configuration that deploy writes, in a real nginx with a real Orthanc behind it."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.processes import run
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.deploy.https import CIPHERS
from ohifbuild.orthanc.orthanc_process import orthanc
from ohifbuild.server.headers import ISOLATION, inline_hashes
from ohifbuild.verification.dataset.contents import DOCUMENTS
from system import installed

pytestmark = pytest.mark.usefixtures("orthanc_there")

CHUNK = "12.bundle.0123456789abcdef0123.js"
TOKEN = "t" * 16_000


def written(tmp_path: Path, dist: Path, port: int, **options: Any) -> Path:
    target = tmp_path / "deployment"
    deploy("nginx", dist, target, DeployOptions(port=port, logs=str(tmp_path), **options), SilentReporter())
    return target / "nginx" / "viewer.conf"


@pytest.mark.parametrize("public_url", ["/", "/clinic/ohif/"])
def test_nginx_serves_the_viewers_files_and_routes(
    tmp_path: Path, make_dist: Any, nginx: Any, web: Any, public_url: str
) -> None:
    dist, port = make_dist(public_url=public_url), web.free_port()
    with nginx(written(tmp_path, dist, port), port) as origin:
        base = origin + public_url
        page = web.ask(f"{base}viewer?StudyInstanceUIDs=1.2&token=abc", {"Accept-Encoding": "gzip"})
        chunk = web.ask(base + CHUNK, {"Accept-Encoding": "gzip"})
        part = web.ask(base + CHUNK, {"Range": "bytes=8-11"})
        module = web.ask(f"{base}ohifbuild/0123456789ab/extension.js")
        config = web.ask(f"{base}app-config.js")
        types = {name: web.ask(base + name).headers["content-type"] for name in ("worker.mjs", "assets/icon.svg")}
        wasm = web.ask(f"{base}0123456789abcdef0123.wasm")
        missing = [web.ask(base + name).status for name in ("none.js", f"{CHUNK}.gz", ".hidden", "assets/.x.svg")]
        posted = web.ask(f"{base}viewer", method="POST").status
        bare = web.ask(origin + public_url.rstrip("/") + "?token=abc")
    text = (dist / "index.html").read_text()
    assert page.status == 200
    assert gzip.decompress(page.body).decode() == text
    assert all(page.headers[name.lower()] == value for name, value in ISOLATION.items())
    assert all(digest in page.headers["content-security-policy"] for digest in inline_hashes(text))
    assert (page.headers["cache-control"], config.headers["cache-control"]) == ("no-store", "no-cache")
    assert page.headers["content-encoding"] == chunk.headers["content-encoding"] == "gzip"
    assert all("immutable" in answer.headers["cache-control"] for answer in (chunk, module, wasm))
    assert (part.status, part.body) == (206, (dist / CHUNK).read_bytes()[8:12])
    assert "script-src" in chunk.headers["content-security-policy"]
    assert types == {"worker.mjs": "text/javascript; charset=utf-8", "assets/icon.svg": "image/svg+xml"}
    assert wasm.headers["content-type"] == "application/wasm"
    assert missing == [404] * 4
    assert posted == 405
    assert bare.status == (200 if public_url == "/" else 302)
    assert public_url == "/" or bare.headers["location"].endswith(f"{public_url}?token=abc")
    assert all(len(set(answer.names)) == len(answer.names) for answer in (page, chunk, module, config))


def test_the_archive_behind_nginx_gets_the_token_and_makes_working_urls(
    tmp_path: Path, make_dist: Any, nginx: Any, web: Any, dataset: Path
) -> None:
    root, port = "/orthanc/dicom-web", web.free_port()
    dist = make_dist(public_url="/ohif/", root=root, header="X_Token")
    settings = read_settings(dist)
    token, study = "u" * 7000, DOCUMENTS.uid
    tokens = Tokens({token: Grant(frozenset({study}))})
    with orthanc(dataset, tokens=tokens, settings=settings, root=root) as server:
        conf = written(tmp_path, dist, port, archive=server.origin)
        with nginx(conf, port) as origin:
            header = {"X_Token": token}
            found = web.ask(f"{origin}{root}/studies?StudyInstanceUID={study}", header)
            metadata = web.ask(f"{origin}{root}/studies/{study}/metadata", {**header, "Forwarded": "host=evil.example"})
            bulk = [
                tag["BulkDataURI"]
                for instance in json.loads(metadata.body)
                for tag in instance.values()
                if "BulkDataURI" in tag
            ]
            back = web.ask(bulk[0], {**header, "Accept": "*/*"})
            refused = [
                web.ask(f"{origin}{root}/studies?StudyInstanceUID={study}").status,
                web.ask(f"{origin}{root}/studies", header).status,
                web.ask(f"{origin}{root}/studies", header, method="POST").status,
                web.ask(f"{origin}{root}", header).status,
            ]
    assert found.status == 200
    assert len(json.loads(found.body)) == 1
    assert all(url.startswith(f"{origin}{root}/") for url in bulk)
    assert back.status == 200
    assert refused == [403, 403, 405, 403]
    assert all(found.names.count(name.lower()) == 1 for name in ISOLATION)


def test_nginx_logs_hold_no_tokens(tmp_path: Path, make_dist: Any, nginx: Any, web: Any) -> None:
    port, gone = web.free_port(), web.free_port()
    conf = written(tmp_path, make_dist(public_url="/ohif/"), port, archive=f"http://127.0.0.1:{gone}")
    with nginx(conf, port) as origin:
        opened = web.ask(f"{origin}/ohif/viewer?StudyInstanceUIDs=1.2&token={TOKEN}")
        statuses = [
            web.ask(f"{origin}/ohif/none.js?token={TOKEN}").status,
            web.ask(f"{origin}/ohif?token={TOKEN}").status,
            web.ask(f"{origin}/elsewhere/?token={TOKEN}").status,
            web.ask(f"{origin}/dicom-web/studies", {"token": TOKEN, "Referer": f"http://x/?token={TOKEN}"}).status,
            web.ask(f"{origin}/ohif/viewer?token={TOKEN * 3}").status,
        ]
        for page in (tmp_path / "deployment/www").glob("*/ohif/index.html*"):
            page.unlink()
        broken = web.ask(f"{origin}/ohif/viewer?token={TOKEN}").status
    logs = "".join(path.read_text() for path in tmp_path.rglob("*.log"))
    assert (opened.status, broken) == (200, 404)
    assert statuses == [404, 302, 404, 502, 414]
    assert "GET /ohif/index.html HTTP/1.1" in logs or "GET /ohif/viewer HTTP/1.1" in logs
    assert "tttttttt" not in logs


def test_https_is_served_and_http_redirects_to_it(tmp_path: Path, make_dist: Any, nginx: Any, web: Any) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    openssl = installed("openssl", "openssl")
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    run([openssl, *made, "-keyout", key, "-out", certificate])
    port, tls_port = web.free_port(), web.free_port()
    conf = written(tmp_path, make_dist(), port, certificate=str(certificate), key=str(key), tls_port=tls_port)
    with nginx(conf, port) as origin:
        page = web.ask(f"https://127.0.0.1:{tls_port}/viewer?token=abc")
        plain = web.ask(f"{origin}/viewer?token=abc")
        agreed = {version: _agreed(tls_port, version) for version in ssl.TLSVersion if version >= ssl.TLSVersion.TLSv1}
    assert {version: cipher for version, cipher in agreed.items() if version < ssl.TLSVersion.TLSv1_2 and cipher} == {}
    assert agreed[ssl.TLSVersion.TLSv1_2] in CIPHERS
    assert agreed[ssl.TLSVersion.TLSv1_3].startswith("TLS_")
    assert page.status == 200
    assert "max-age" in page.headers["strict-transport-security"]
    assert (plain.status, plain.headers["location"]) == (308, f"https://127.0.0.1:{tls_port}/viewer?token=abc")


ACCEPTED_FINDINGS = {
    # Archives make the URLs of bulk data from the host and port that the browser asked for; nothing is cached by it.
    "host_spoofing",
    # A cache of open files would go on serving a page whose scripts a new deployment has taken away.
    "try_files_is_evil_too",
}


@pytest.mark.parametrize("name", ["", "pacs-of-18-letters"], ids=["from-the-host", "given"])
def test_nginx_starts_with_a_long_name(tmp_path: Path, make_dist: Any, nginx: Any, web: Any, name: str) -> None:
    port, host = web.free_port(), "imaging.department-of-radiology.hospital.example"
    conf = written(tmp_path, make_dist(), port, host=host, behind_proxy=("127.0.0.1",), name=name)
    with nginx(conf, port) as origin:
        assert web.ask(f"{origin}/viewer", {"Host": host}).status == 200


@pytest.mark.parametrize(
    "options", [{"certificate": "/c.pem", "key": "/k.pem"}, {"behind_proxy": ("10.0.0.0/28", "2001:db8::1")}]
)
def test_gixy_finds_nothing_in_the_nginx_configuration(tmp_path: Path, make_dist: Any, options: Any) -> None:
    dist = make_dist(public_url="/ohif/", header="X_Token")
    conf = written(tmp_path, dist, 80, host="pacs.example", **options)
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"events {{}}\nhttp {{\ninclude {conf};\n}}\n")
    skipped = ",".join(sorted(ACCEPTED_FINDINGS))
    assert "No issues found" in run([sys.executable, "-m", "gixy", "--skips", skipped, whole])


def _agreed(port: int, version: ssl.TLSVersion) -> str:
    """The cipher of a connection of just this version, by a client that takes any; '' if the server wants none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.maximum_version = version
        context.minimum_version = version
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=30) as plain,
            context.wrap_socket(plain) as connection,
        ):
            cipher = connection.cipher()
            return cipher[0] if cipher else ""
    except (ssl.SSLError, ConnectionError):
        return ""
