"""The page about dcm4chee: its recipe, its deployment, and what an archive behind it gets."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner

from how_to import blocks, command, replaced
from ohifbuild.commands.main import cli
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.processes import output
from ohifbuild.orthanc.admin_client import free_port
from ohifbuild.viewer.app_config import settings
from recording_archive import RecordingArchive, recording_archive
from servers import nginx_running
from small_dist import write_small_dist
from system import installed

PAGE = "dcm4chee-in-a-portal"
HOST, ROOT = "viewer.hospital.example", "/dcm4chee-arc/aets/HOSPITAL"
STUDY = "1.2.840.113619.2.1"
FROM_TRAEFIK = ("X-Forwarded-Proto: https", f"X-Forwarded-Host: {HOST}", "X-Forwarded-For: 192.0.2.7")


@contextmanager
def deployed(folder: Path) -> Iterator[tuple[int, RecordingArchive]]:
    """nginx with what the page's commands write; yields its port and the archive."""
    recipe = Recipe.of(tomllib.loads(blocks(PAGE, "toml")[0]))
    dist, port = write_small_dist(folder / "dist", **settings(recipe)), free_port(0)
    with recording_archive({}) as archive:
        here = {
            "/opt/dist": str(dist),
            "/srv/viewer": str(folder / "viewer"),
            "http://10.0.0.7:8080": archive.origin,
            "--port 8080": f"--port {port}",
        }
        _, *words = command(PAGE, "ohifbuild deploy nginx", here)
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 0, done.output
        conf = folder / "viewer/nginx/viewer.conf"
        conf.write_text(replaced(conf.read_text(), {"/var/log/nginx": str(folder)}))
        with nginx_running(conf, folder / "nginx-prefix", port):
            yield port, archive


def ask(port: int, path: str, *headers: str) -> str:
    """The status line and the headers of an answer to a request of Traefik, in lower case."""
    words = [word for header in (*FROM_TRAEFIK, *headers) for word in ("--header", header)]
    words += ["--silent", "--noproxy", "*", "--output", "/dev/null", "--dump-header", "-"]
    return output([installed("curl", "curl"), *words, f"http://127.0.0.1:{port}{path}"]).lower()


def test_dcm4chee_gets_the_token_at_its_own_path_and_hears_of_https(tmp_path: Path) -> None:
    path = f"/rs/studies?StudyInstanceUID={STUDY}"
    with deployed(tmp_path) as (port, archive):
        answer = ask(port, ROOT + path, "Authorization: Bearer eyJ")
        (heard,) = archive.received()
    assert answer.split()[1] == "200"
    assert heard.target == ROOT + path
    assert heard.headers["authorization"] == "Bearer eyJ"
    assert (heard.headers["x-forwarded-proto"], heard.headers["x-forwarded-host"]) == ("https", HOST)
    assert heard.headers["host"] == HOST


def test_the_portal_may_frame_the_page_and_nothing_else_of_dcm4chee_is_reachable(tmp_path: Path) -> None:
    with deployed(tmp_path) as (port, archive):
        page = ask(port, f"/viewer?StudyInstanceUIDs={STUDY}")
        others = [ask(port, path).split()[1] for path in ("/dcm4chee-arc/ui2/x.js", "/dcm4chee-arc/aets/OTHER/x.js")]
        assert archive.received() == []
    assert page.split()[1] == "200"
    assert "frame-ancestors 'self' https://portal.hospital.example" in page
    assert "x-frame-options" not in page
    assert others == ["404", "404"]


def test_traefik_sends_the_host_to_the_port_that_was_deployed() -> None:
    dynamic: dict[str, Any] = yaml.safe_load(blocks(PAGE, "yaml")[0])["http"]
    (server,) = dynamic["services"]["viewer"]["loadBalancer"]["servers"]
    assert dynamic["routers"]["viewer"]["rule"] == f"Host(`{HOST}`)"
    assert server["url"].rpartition(":")[2] in command(PAGE, "ohifbuild deploy nginx", {})
