"""Orthanc alone: it serves the viewer that deploy wrote, and keeps everything else to the tokens."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from ohifbuild.console import SilentReporter
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.orthanc import orthanc
from ohifbuild.static import ISOLATION, inline_hashes
from ohifbuild.verify.dataset.contents import ORDINARY, SECOND
from ohifbuild.verify.settings import read_settings

CHUNK = "12.bundle.0123456789abcdef0123.js"
STUDY = ORDINARY.uid


def test_orthanc_alone_serves_the_viewer_and_enforces_tokens(
    tmp_path: Path, make_dist: Any, web: Any, dataset: Path
) -> None:
    dist = make_dist(public_url="/ohif/", root="/orthanc/dicom-web")
    deploy("orthanc", dist, tmp_path / "deployment", DeployOptions(), SilentReporter())
    written = json.loads((tmp_path / "deployment/orthanc/orthanc.json").read_text())
    tokens = tmp_path / "deployment/orthanc/tokens.json"
    # As docs/how-to/orthanc-alone.md says; the administrator's token of the test's own Orthanc stays.
    with orthanc(
        dataset, settings=read_settings(dist), root="/orthanc/dicom-web", extra=_but_tokens(written)
    ) as server:
        known = json.loads(server.tokens_file.read_text())
        known[hashlib.sha256(b"my-token").hexdigest()] = {"studies": [STUDY], "expires": "2999-01-01T00:00:00Z"}
        known[hashlib.sha256(b"old").hexdigest()] = {"studies": [STUDY], "expires": "2020-01-01T00:00:00+01:00"}
        server.tokens_file.write_text(json.dumps(known))
        base = f"{server.origin}/ohif/"
        page = web.ask(f"{base}viewer?StudyInstanceUIDs={STUDY}&token=my-token", {"Accept-Encoding": "gzip"})
        again = web.ask(f"{base}viewer", {"If-None-Match": page.headers["etag"], "Accept-Encoding": "gzip"})
        chunk = web.ask(base + CHUNK, {"Accept-Encoding": "gzip, br"})
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
    assert all(page.headers[name.lower()] == value for name, value in ISOLATION.items())
    assert all(
        digest in page.headers["content-security-policy"] for digest in inline_hashes((dist / "index.html").read_text())
    )
    assert again.status == 304
    assert chunk.headers["content-encoding"] == "br"
    assert "immutable" in chunk.headers["cache-control"]
    assert plain.body == (dist / CHUNK).read_bytes()
    assert bare.headers["location"].endswith("/ohif/?token=a%2Bb")
    assert missing == [404, 404, 403, 403]
    assert given == [200, 403, 403]
    assert closed == [403] * 4
    assert posted == 403
    assert json.loads(tokens.read_text()) == {}
    assert tokens.stat().st_mode & 0o077 == 0


def _but_tokens(written: dict[str, Any]) -> dict[str, Any]:
    """What was written, for an Orthanc that brings a token file of its own."""
    filtering = {name: value for name, value in written["TokenFilter"].items() if name != "Tokens"}
    return {**written, "TokenFilter": filtering, "RemoteAccessAllowed": False}
