"""The viewer behind Apache and Caddy: what they send is what our own server sends."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.contract.grants import Tokens
from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.server.headers import ISOLATION
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.viewer_site import site
from web_servers import apache_running, caddy_running

CHUNK = "12.bundle.0123456789abcdef0123.js"
NAMES = (
    "viewer?StudyInstanceUIDs=1.2&token=abc",
    "app-config.js",
    CHUNK,
    "ohifbuild/0123456789ab/extension.js",
    "0123456789abcdef0123.wasm",
    "worker.mjs",
    "assets/icon.svg",
)
SAME = ("cache-control", "content-encoding", "content-security-policy", *(name.lower() for name in ISOLATION))


@pytest.mark.parametrize("public_url", ["/", "/clinic/ohif/"])
@pytest.mark.parametrize(("server", "conf"), [(apache_running, "apache.conf"), (caddy_running, "site.caddy")])
def test_other_servers_send_the_same_headers_as_serve(
    tmp_path: Path, make_dist: Any, web: Any, server: Any, conf: str, public_url: str
) -> None:
    dist, port = make_dist(public_url=public_url), web.free_port()
    # Apache reads as another user than the one who runs the tests.
    with tempfile.TemporaryDirectory() as name, site(dist, EmbeddedArchive(tmp_path), Tokens({})) as own:
        folder = Path(name)
        folder.chmod(0o755)
        options = DeployOptions(port=port, archive=own.origin)
        deploy("static", dist, folder / "viewer", options, SilentReporter())
        with server(folder, folder / "viewer" / conf, port):
            origin = f"http://127.0.0.1:{port}"
            for accepted in ("identity", "gzip", "gzip, br"):
                asked = {"Accept-Encoding": accepted}
                for path in NAMES:
                    ours, theirs = web.ask(own.base_url + path, asked), web.ask(origin + public_url + path, asked)
                    assert (theirs.status, theirs.body) == (ours.status, ours.body), (path, accepted)
                    assert {n: theirs.headers.get(n) for n in SAME} == {n: ours.headers.get(n) for n in SAME}, path
                    kinds = [answer.headers["content-type"].partition(";")[0] for answer in (ours, theirs)]
                    assert kinds[0] == kinds[1], path
                    assert [name for name in SAME if theirs.names.count(name) > 1] == [], path
            missing = [web.ask(origin + public_url + path).status for path in ("none.js", ".htaccess")]
            refused = web.ask(f"{origin}/dicom-web/studies")
            posted = web.ask(f"{origin}/dicom-web/studies", method="POST").status
            bare = web.ask(origin + public_url.rstrip("/"))
    assert missing[0] == 404
    assert missing[1] in (403, 404)
    assert (refused.status, posted) == (401, 405)
    assert all(refused.names.count(name.lower()) == 1 for name in ISOLATION)
    assert public_url == "/" or bare.headers["location"].rstrip("?").endswith(public_url)
