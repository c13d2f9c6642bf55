"""WADO-URI: requests to the root itself, with everything in the query, as dcm4chee has it beside its DICOMweb root."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, Kind, deploy
from ohifbuild.viewer.app_config import settings
from recording_archive import recording_archive
from servers import nginx_running
from small_dist import write_small_dist
from web_servers import apache_running, caddy_running

SERVERS: dict[str, tuple[Kind, str, Any]] = {
    "nginx": ("nginx", "nginx/viewer.conf", lambda folder, conf, port: nginx_running(conf, folder / "prefix", port)),
    "Apache": ("static", "apache.conf", apache_running),
    "Caddy": ("static", "site.caddy", caddy_running),
}
QUERY = "?requestType=WADO&studyUID=1.2&seriesUID=1.2.3&objectUID=1.2.3.4"


@pytest.mark.parametrize("there", ["/hospital", "/dcm4chee-arc/aets/HOSPITAL"], ids=["same-path", "other-path"])
@pytest.mark.parametrize("server", SERVERS)
def test_the_root_of_wado_uri_is_the_archives_and_its_neighbours_are_not(
    web: Any, tmp_path: Path, server: str, there: str
) -> None:
    source = {"name": "hospital", "preset": "dcm4chee", "dicomweb_root": "/hospital/rs"}
    recipe = Recipe.of({"version": "v3-stable", "data_sources": [source]})
    dist, port = write_small_dist(tmp_path / "dist", **settings(recipe)), web.free_port()
    kind, conf, running = SERVERS[server]
    # Apache reads as another user than the one who runs the tests.
    with tempfile.TemporaryDirectory() as name, recording_archive({}) as archive:
        folder = Path(name)
        folder.chmod(0o755)
        logs = str(folder) if kind == "nginx" else DeployOptions.logs
        options = DeployOptions(port=port, archive=f"{archive.origin}{there}/rs", logs=logs)
        deploy(kind, dist, folder / "viewer", options, SilentReporter())
        with running(folder, folder / "viewer" / conf, port):
            origin = f"http://127.0.0.1:{port}"
            asked = [web.ask(f"{origin}/hospital/{path}") for path in (f"wado{QUERY}", "rs/studies?StudyInstanceUID=1")]
            posted = web.ask(f"{origin}/hospital/wado{QUERY}", method="POST").status
            beside = [web.ask(f"{origin}/hospital/{path}{QUERY}") for path in ("wadouri", "rsx", "wado%2f..")]
            targets = [heard.target for heard in archive.received()]
    assert [answer.status for answer in asked] == [200, 200]
    assert all("sandbox" in answer.headers["content-security-policy"] for answer in asked)
    assert posted == 405
    assert targets == [f"{there}/wado{QUERY}", f"{there}/rs/studies?StudyInstanceUID=1"]
    assert all(answer.body != b"[]" for answer in beside)
