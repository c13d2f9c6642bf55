"""An archive whose root is inside that of another one: each gets its own requests, and not the other one's tokens."""

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


@pytest.mark.parametrize(("main", "ward"), [("/pacs", "/pacs/ward"), ("/pacs/main", "/pacs")], ids=["inner", "outer"])
@pytest.mark.parametrize("server", SERVERS)
def test_of_nested_roots_the_inner_one_decides(web: Any, tmp_path: Path, server: str, main: str, ward: str) -> None:
    sources = [{"name": "main", "dicomweb_root": main}, {"name": "ward", "dicomweb_root": ward}]
    recipe = Recipe.of({"version": "v3-stable", "data_sources": sources})
    dist, port = write_small_dist(tmp_path / "dist", **settings(recipe)), web.free_port()
    kind, conf, running = SERVERS[server]
    # Apache reads as another user than the one who runs the tests.
    with tempfile.TemporaryDirectory() as name, recording_archive({}) as first, recording_archive({}) as second:
        folder = Path(name)
        folder.chmod(0o755)
        options = DeployOptions(
            port=port,
            archive=f"{first.origin}{main}",
            archives=(f"ward={second.origin}{ward}",),
            logs=str(folder) if kind == "nginx" else DeployOptions.logs,
        )
        deploy(kind, dist, folder / "viewer", options, SilentReporter())
        with running(folder, folder / "viewer" / conf, port):
            for root in (main, ward):
                web.ask(f"http://127.0.0.1:{port}{root}/studies?StudyInstanceUID=1", {"token": f"for {root}"})
            received = [[heard.headers["token"] for heard in archive.received()] for archive in (first, second)]
    assert received == [[f"for {main}"], [f"for {ward}"]]
