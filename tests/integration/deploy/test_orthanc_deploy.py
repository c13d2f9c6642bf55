"""Orthanc alone: it serves the viewer that deploy wrote, and keeps everything else to the tokens."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ohifbuild.contract.grants import Tokens
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.server.headers import ISOLATION, inline_hashes
from ohifbuild.verification.dataset import STUDIES
from ohifbuild.verification.dataset.contents import ORDINARY, SECOND
from ohifbuild.viewer.app_config import CONFIG_START
from servers import deployed_orthanc, existing_orthanc

CHUNK = "12.bundle.0123456789abcdef0123.js"
STUDY = ORDINARY.uid


def test_orthanc_alone_serves_the_viewer_and_enforces_tokens(
    tmp_path: Path, make_dist: Any, web: Any, dataset: Path
) -> None:
    dist, root = make_dist(public_url="/ohif/", root="/orthanc/dicom-web"), "/orthanc/dicom-web"
    existing, port = existing_orthanc(tmp_path)
    deployment = tmp_path / "deployment"
    deploy("orthanc", dist, deployment, DeployOptions(orthanc_settings=existing, port=port), SilentReporter())
    assert json.loads((deployment / "orthanc/tokens.json").read_text()) == {}
    assert {(deployment / name).stat().st_mode & 0o077 for name in ("orthanc/tokens.json", "orthanc/orthanc.json")} == {
        0
    }
    with deployed_orthanc(deployment, read_settings(dist), root, dataset, Tokens({})) as server:
        known = json.loads(server.tokens_file.read_text())
        known[hashlib.sha256(b"my-token").hexdigest()] = {"studies": [STUDY], "expires": "2999-01-01T00:00:00Z"}
        known[hashlib.sha256(b"old").hexdigest()] = {"studies": [STUDY], "expires": "2020-01-01T00:00:00+01:00"}
        server.tokens_file.write_text(json.dumps(known))
        base = f"{server.origin}/ohif/"
        page = web.ask(f"{base}viewer?StudyInstanceUIDs={STUDY}&token=my-token", {"Accept-Encoding": "gzip"})
        chunk = web.ask(base + CHUNK, {"Accept-Encoding": "gzip, br"})
        again = web.ask(base + CHUNK, {"If-None-Match": chunk.headers["etag"], "Accept-Encoding": "gzip, br"})
        unwanted = web.ask(base + CHUNK, {"Accept-Encoding": "br; q=0, GZIP ; q=0.5"})
        plain = web.ask(base + CHUNK)
        bare = web.ask(f"{server.origin}/ohif?token=a%2Bb")
        missing = [web.ask(base + name).status for name in ("none.js", f"{CHUNK}.br", "../system.js", "x/../../system")]
        data = f"{server.origin}/orthanc/dicom-web/studies/{STUDY}/series"
        given = [web.ask(data, {"token": token}).status for token in ("my-token", "old", "none")]
        closed = [
            web.ask(server.origin + path, {"token": "my-token"}).status
            for path in ("/", "/system", "/app/explorer.html", f"/orthanc/dicom-web/studies/{SECOND.uid}/series")
        ]
        posted = web.ask(f"{base}viewer", method="POST").status
    assert page.status == 200
    assert gzip.decompress(page.body) == (dist / "index.html").read_bytes()
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert all(page.headers[name.lower()] == value for name, value in ISOLATION.items())
    assert all(
        digest in page.headers["content-security-policy"] for digest in inline_hashes((dist / "index.html").read_text())
    )
    assert page.headers["cache-control"] == "no-store"
    assert "etag" not in page.headers
    assert again.status == 304
    assert unwanted.headers["content-encoding"] == "gzip"
    assert chunk.headers["content-encoding"] == "br"
    assert "immutable" in chunk.headers["cache-control"]
    assert plain.body == (dist / CHUNK).read_bytes()
    assert (bare.status, bare.headers["location"]) == (307, "/ohif/?token=a%2Bb")
    assert bare.headers["cache-control"] == "no-store"
    assert not {"set-cookie", "location"} & {*page.names, *chunk.names}
    assert missing == [404, 404, 403, 403]
    assert given == [200, 403, 403]
    assert closed == [403] * 4
    assert posted == 403


def test_a_study_is_listed_and_shared_on_the_server(tmp_path: Path, make_dist: Any, web: Any, dataset: Path) -> None:
    dist, deployment = make_dist(public_url="/ohif/", header="Authorization"), tmp_path / "deployment"
    existing, port = existing_orthanc(tmp_path)
    options = DeployOptions(archive=f"http://127.0.0.1:{port}", host="pacs.example", orthanc_settings=existing)
    deploy("nginx", dist, deployment, options, SilentReporter())
    script = [sys.executable, str(deployment / "orthanc/share_study.py")]
    with deployed_orthanc(deployment, read_settings(dist), "/dicom-web", dataset, Tokens({})) as server:
        listed = run(script)
        link = run([*script, STUDY, "--days", "3"])
        with pytest.raises(ToolFailed) as caught:
            run([*script, "1.2.3"])
        token = parse_qs(urlsplit(link).fragment)["token"][0]
        given = [
            web.ask(f"{server.dicomweb_url}/studies/{uid}/series", {"Authorization": token}).status
            for uid in (STUDY, SECOND.uid)
        ]
        known = json.loads(server.tokens_file.read_text())
    assert link.startswith(f"http://pacs.example/ohif/viewer?StudyInstanceUIDs={STUDY}#token=")
    assert {study.uid for study in STUDIES} <= set(listed.split())
    assert "Orthanc has no study 1.2.3." in caught.value.details
    assert given == [200, 403]
    # The test's own administrator, and the link: what the script opened for itself is closed again.
    assert [entry.get("everything", False) for entry in known.values()] == [True, False]
    assert token not in server.tokens_file.read_text()


def test_a_study_that_is_shared_while_a_deployment_is_replaced_stays_shared(
    tmp_path: Path, make_dist: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dist, deployment = make_dist(public_url="/ohif/"), tmp_path / "deployment"
    deploy("orthanc", dist, deployment, DeployOptions(), SilentReporter())
    waiting, real = threading.Event(), fcntl.flock

    def flock(file: Any, how: int) -> None:
        waiting.set()
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    shared = json.dumps({hashlib.sha256(b"t").hexdigest(): {"studies": [STUDY]}})
    again = threading.Thread(
        target=deploy, args=("orthanc", dist, deployment, DeployOptions(port=8043), SilentReporter())
    )
    with (deployment / "orthanc/link.json").open() as link:
        real(link, fcntl.LOCK_EX)
        again.start()
        assert waiting.wait(30)
        (deployment / "orthanc/tokens.json").write_text(shared)
    again.join(30)
    assert json.loads((deployment / "orthanc/orthanc.json").read_text())["HttpPort"] == 8043
    assert (deployment / "orthanc/tokens.json").read_text() == shared


# What the plugin puts after our file (Sources/app-config-system.js), in its own manner.
PLUGINS_LINES = """
window.config.routerBasename = '/elsewhere/';
window.config.dataSources = [{ sourceName: 'open' }];
window.config.defaultDataSourceName = 'open';
window.config.showStudyList = true;
console.log(JSON.stringify(window.config));
"""


def test_the_lines_of_the_plugin_do_not_change_our_app_config(tmp_path: Path, make_dist: Any) -> None:
    dist, deployment = make_dist(public_url="/ohif/"), tmp_path / "deployment"
    deploy("orthanc-ohif", dist, deployment, DeployOptions(), SilentReporter())
    script = tmp_path / "app-config.js"
    script.write_text(
        "globalThis.window = globalThis;\n" + (deployment / "orthanc/app-config.js").read_text() + PLUGINS_LINES
    )
    ours = json.loads((dist / "app-config.js").read_text().removeprefix(CONFIG_START).rstrip().removesuffix(";"))
    assert json.loads(run(["node", script])) == ours
