"""Viewers with several archives, and with portals, in the folders that deploy writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from dists import page_settings, settings_element
from ohifbuild.commands.deploy import command
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import DeployUnsuitable, DistInvalid
from ohifbuild.deploy import DeployOptions, Kind, deploy
from ohifbuild.deploy.planning import plan
from ohifbuild.viewer.manifest import Manifest, hash_tree

WARD = {
    "name": "ward",
    "roots": ["/ward/rs", "/ward/wado"],
    "tokenHeader": "token",
    "tokenScheme": "",
    "access": "token",
}
FILES: tuple[tuple[Kind, str], ...] = (
    ("nginx", "nginx/viewer.conf"),
    ("static", "apache.conf"),
    ("static", "site.caddy"),
)


def write_dist(path: Path, **settings: object) -> Path:
    path.mkdir()
    (path / "index.html").write_text(settings_element(page_settings(**settings)))
    Manifest(hash_tree(path), {}).write(path)
    return path


def test_each_further_archive_must_be_named_and_no_other(tmp_path: Path) -> None:
    dist = write_dist(tmp_path / "dist", further=[WARD])
    for given in ((), ("other=http://127.0.0.1:1",), ("ward=nonsense",)):
        with pytest.raises(DeployUnsuitable) as caught:
            plan("nginx", dist, tmp_path / "out", DeployOptions(archives=given))
        assert "archive: " in caught.value.details
    with pytest.raises(DeployUnsuitable) as caught:
        plan("orthanc", dist, tmp_path / "out", DeployOptions())
    assert "orthanc serves one archive only" in caught.value.details
    found = plan("nginx", dist, tmp_path / "out", DeployOptions(archives=("ward=http://127.0.0.1:8043/aets/W/rs",)))
    assert [(place.path, place.target, place.origin) for place in found.proxied] == [
        ("/dicom-web", "/dicom-web", ""),
        ("/ward/rs", "/aets/W/rs", "http://127.0.0.1:8043"),
        ("/ward/wado", "/aets/W/wado", "http://127.0.0.1:8043"),
    ]


def test_an_archive_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    dist = write_dist(tmp_path / "dist", further=[WARD])
    with pytest.raises(DeployUnsuitable) as caught:
        plan("nginx", dist, tmp_path / "out", DeployOptions(archives=("ward=http://a", "ward=http://b")))
    assert "expected each name once" in caught.value.details
    twice = ["--archive", "http://a", "--archive", "http://b"]
    shown = CliRunner().invoke(command, ["nginx", str(dist), "--output", str(tmp_path / "out"), *twice])
    assert "expected one URL without a name" in shown.output


def test_a_root_of_two_archives_is_refused_unless_they_are_one(tmp_path: Path) -> None:
    dist = write_dist(tmp_path / "dist", further=[{**WARD, "roots": ["/dicom-web"], "tokenHeader": "x-ward"}])
    with pytest.raises(DeployUnsuitable) as caught:
        plan("nginx", dist, tmp_path / "out", DeployOptions(archives=("ward=http://127.0.0.1:8043",)))
    assert "/dicom-web is a root of several archives" in caught.value.details
    found = plan("nginx", dist, tmp_path / "out", DeployOptions(archives=("ward=http://127.0.0.1:8042",)))
    assert [place.path for place in found.proxied] == ["/dicom-web"]


def test_portals_may_frame_the_page_on_every_server(tmp_path: Path) -> None:
    dist = write_dist(tmp_path / "dist", embedIn=["https://portal.example"])
    for kind, name in FILES:
        target = tmp_path / name.replace("/", "-")
        deploy(kind, dist, target, DeployOptions(), SilentReporter())
        text = "".join(path.read_text() for path in (target / name, *target.rglob(".htaccess")))
        assert "frame-ancestors 'self' https://portal.example" in text
        assert "X-Frame-Options" not in re.sub(r"(?:proxy_hide_header|Header unset|-)\s*X-Frame-Options", "", text)


def test_the_pods_of_kubernetes_may_reach_every_archive(tmp_path: Path) -> None:
    dist = write_dist(tmp_path / "dist", further=[WARD])
    options = DeployOptions(host="viewer.example", archives=("ward=http://pacs:8080/aets/W/rs",))
    deploy("kubernetes", dist, tmp_path / "out", options, SilentReporter())
    policy = yaml.safe_load((tmp_path / "out/network-policy.yaml").read_text())
    assert [port["port"] for port in policy["spec"]["egress"][0]["ports"]] == [8042, 8080]


def test_settings_of_a_further_archive_that_no_recipe_allows_are_refused(tmp_path: Path) -> None:
    dist = write_dist(tmp_path / "dist", further=[{**WARD, "roots": ["/x;}"]}])
    with pytest.raises(DistInvalid):
        plan("nginx", dist, tmp_path / "out", DeployOptions(archives=("ward=http://127.0.0.1",)))
