"""The pages about moving from other ways to run OHIF with Orthanc: what they say is done, and old links are opened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from container_images import Images, compose_command
from how_to import blocks, command, replaced
from ohifbuild.commands.main import cli
from ohifbuild.contract.grants import Tokens
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.processes import output
from ohifbuild.orthanc.admin_client import free_port
from recording_archive import RecordingArchive, recording_archive
from servers import deployed_orthanc, existing_orthanc, nginx_running
from small_dist import write_small_dist
from system import installed

# As orthancteam's nginx does, in our words.
FRONT = """
server {
    listen 127.0.0.1:%(port)d;
    location /orthanc/ { proxy_pass %(archive)s/; }
    %(route)s
}
"""
PASSED_ON = "location /ohif/ { proxy_pass http://ohif:80; proxy_set_header Host $host; }"
STUDY = "1.2.840.113619.2.1"
OLD_LINKS = {
    "from-ohif-v3-image": (f"/ohif/viewer?StudyInstanceUIDs={STUDY}&token=eyJ",),
    "from-orthanc-ohif": (
        f"/orthanc/ohif/viewer?StudyInstanceUIDs={STUDY}&token=eyJ",
        "/orthanc/ohif/viewer?url=../studies/0123abcd/ohif-dicom-json&token=eyJ",
    ),
}


def built(page: str, start: str, dist: Path) -> Path:
    """A dist with the paths of the page's ``build`` command."""
    _, *words = command(page, start, {})
    flags: dict[str, list[str]] = {}
    for name, value in zip(words[1::2], words[2::2], strict=True):
        flags.setdefault(name, []).append(value)
    (url,), (root,) = flags["--public-url"], flags.get("--dicomweb-root", ["/dicom-web"])
    roots = [root, *flags.get("--token-root", [])]
    more = {"dicomJson": flags["--dicom-json"][0]} if "--dicom-json" in flags else {}
    return write_small_dist(dist, publicUrl=url, roots=roots, **more)


def deployed(page: str, start: str, here: dict[str, str]) -> None:
    _, *words = command(page, start, here)
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output


@contextmanager
def moved(page: str, folder: Path) -> Iterator[tuple[str, RecordingArchive]]:
    """The page's new container behind an nginx like orthancteam's; yields its origin and the archive."""
    images, port, front = Images(folder / "images"), free_port(0), free_port(0)
    start = "ohifbuild build --version v3-stable --public-url " + ("/ohif/" if "image" in page else "/orthanc/ohif/")
    dist = built(page, start, folder / "dist")
    with recording_archive({}) as archive:
        here = {
            " dist ": f" {dist} ",
            "/srv/viewer": str(folder / "viewer"),
            "--port 80": f"--port {port}",
            "http://orthanc:8042": archive.origin,
        }
        deployed(page, "ohifbuild deploy kubernetes", here)
        route = PASSED_ON if "image" in page else blocks(page, "text")[0]
        name = next(iter({"http://ohif:80", "http://viewer:80"} & set(route.replace(";", " ").split())))
        text = replaced(route, {name: f"http://127.0.0.1:{port}"})
        conf = folder / "front.conf"
        conf.write_text(FRONT % {"port": front, "archive": archive.origin, "route": text})
        with (
            images.container_running(images.built(folder / "viewer", images.nginx()), port),
            nginx_running(conf, folder / "front", front),
        ):
            yield f"http://127.0.0.1:{front}", archive


def ask(url: str, *headers: str) -> tuple[int, str]:
    """The status of an answer, and its body."""
    words = [word for header in headers for word in ("--header", header)]
    said = output(
        [installed("curl", "curl"), "--silent", "--noproxy", "*", *words, "--write-out", "\n%{http_code}", url]
    )
    body, _, status = said.rstrip().rpartition("\n")
    return int(status), body


@pytest.mark.parametrize("page", OLD_LINKS)
def test_links_that_were_sent_open_the_new_viewer_and_requests_reach_orthanc_as_before(
    tmp_path: Path, page: str
) -> None:
    with moved(page, tmp_path) as (origin, archive):
        pages = [ask(origin + link) for link in OLD_LINKS[page]]
        search = ask(f"{origin}/orthanc/dicom-web/studies?StudyInstanceUID={STUDY}", "token: eyJ")
        (heard,) = archive.received()
    assert pages == [(200, (tmp_path / "dist/index.html").read_text())] * len(OLD_LINKS[page])
    assert search[0] == 200
    assert (heard.target, heard.headers["token"]) == (f"/dicom-web/studies?StudyInstanceUID={STUDY}", "eyJ")


@pytest.mark.parametrize("page", OLD_LINKS)
def test_compose_accepts_the_services_of_the_page(tmp_path: Path, page: str) -> None:
    (tmp_path / "viewer").mkdir()
    ours = yaml.safe_load(replaced(blocks(page, "yaml")[0], {"/srv/viewer": str(tmp_path / "viewer")}))
    theirs = {"services": {"nginx": {"image": "orthancteam/orthanc-nginx:26.4.0"}, "orthanc": {"image": "x"}}}
    for name, document in (("theirs.yml", theirs), ("ours.yml", ours)):
        (tmp_path / name).write_text(yaml.safe_dump({"version": "3.8", **document}))
    files = ("-f", str(tmp_path / "theirs.yml"), "-f", str(tmp_path / "ours.yml"))
    read = yaml.safe_load(output([*compose_command(), *files, "config"]))
    (new,) = set(ours["services"]) - {"nginx"}
    assert read["services"][new]["build"]["dockerfile"] == "Containerfile"
    assert read["services"]["nginx"]["image"] == theirs["services"]["nginx"]["image"]


def test_orthanc_alone_serves_the_viewer_where_the_plugin_did(tmp_path: Path) -> None:
    page = "from-orthanc-ohif"
    settings, port = existing_orthanc(tmp_path)
    text = settings.read_text().replace('"Name": "Clinic"', '"OHIF": {"DataSource": "dicom-web"}, "Name": "Clinic"')
    settings.write_text(text)
    build = "/opt/ohifbuild/bin/ohifbuild build --version v3-stable --public-url /ohif/"
    dist = built(page, build.removeprefix("/opt/ohifbuild/bin/"), tmp_path / "dist")
    here = {
        "/opt/dist": str(dist),
        "/srv/viewer": str(tmp_path / "viewer"),
        "/etc/orthanc": str(settings),
    }
    deployed(page, "ohifbuild deploy orthanc", here)
    written = json.loads((tmp_path / "viewer/orthanc/orthanc.json").read_text())
    assert written["Plugins"][0].endswith("libOrthancPython.so")
    assert settings.read_text() == text, "the way back is lost"
    studies = tmp_path / "none"
    studies.mkdir()
    with deployed_orthanc(tmp_path / "viewer", read_settings(dist), "/dicom-web", studies, Tokens({})) as server:
        status, body = ask(f"http://127.0.0.1:{port}/ohif/viewer?StudyInstanceUIDs={STUDY}")
        assert (status, body) == (200, (dist / "index.html").read_text())
        assert ask(f"{server.origin}/dicom-web/studies?StudyInstanceUID={STUDY}")[0] == 403
