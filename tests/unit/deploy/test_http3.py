"""HTTP/3 in nginx's configuration: asked for, because older nginx refuses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import DeployUnsuitable
from ohifbuild.deploy import DeployOptions, Kind, deploy
from small_dist import write_small_dist


def deployed(tmp_path: Path, kind: Kind = "nginx", **options: Any) -> Path:
    dist, target = write_small_dist(tmp_path / "dist"), tmp_path / "viewer"
    pair = {"certificate": "/c.pem", "key": "/k.pem"}
    deploy(kind, dist, target, DeployOptions(**{**pair, **options}), SilentReporter())
    return target


def test_without_being_asked_nginx_gets_what_debians_understands(tmp_path: Path) -> None:
    target = deployed(tmp_path)
    conf = (target / "nginx/viewer.conf").read_text()
    assert "listen 443 ssl http2;" in conf
    assert not any(word in conf for word in ("quic", "http2 on", "Alt-Svc 'h3"))
    assert [path.name for path in (target / "nginx").iterdir()] == ["viewer.conf"]


def test_http3_is_announced_by_the_viewers_files_and_not_by_the_archive(tmp_path: Path) -> None:
    conf = (deployed(tmp_path, http3=True, tls_port=8443) / "nginx/viewer.conf").read_text()
    viewer, _, archive = conf.partition("location /dicom-web/ {")
    assert "add_header Alt-Svc 'h3=\":8443\"; ma=86400' always;" in viewer
    assert "add_header Alt-Svc" not in archive
    assert [line.strip() for line in viewer.splitlines() if "listen" in line and "quic" in line] == [
        "listen 8443 quic;",
        "listen [::]:8443 quic;",
    ]


def test_the_host_is_known_although_nginx_does_not_give_it_as_a_header(tmp_path: Path) -> None:
    conf = (deployed(tmp_path, http3=True, tls_port=8443) / "nginx/viewer.conf").read_text()
    assert '"" $host:8443;' in conf
    assert "proxy_set_header Host $ohifbuild_" in conf


def test_two_sites_share_the_file_that_may_exist_only_once(tmp_path: Path) -> None:
    texts = {
        (deployed(tmp_path, http3=True, host=host) / "nginx/quic-443.conf").read_text()
        for host in ("pacs.example", "other.example")
    }
    assert len(texts) == 1
    assert texts.pop().count("quic reuseport;") == 2
    assert "reuseport" not in (tmp_path / "viewer/nginx/viewer.conf").read_text()


def test_compose_opens_the_port_for_udp_too(tmp_path: Path) -> None:
    written = yaml.safe_load((deployed(tmp_path, "compose", http3=True) / "compose.yaml").read_text())
    nginx = written["services"]["nginx"]
    assert nginx["ports"] == ["80:80", "443:443", "443:443/udp"]
    assert "./nginx/quic-443.conf:/etc/nginx/conf.d/quic.conf:ro" in nginx["volumes"]


@pytest.mark.parametrize(
    ("kind", "options", "refused"),
    [
        ("nginx", {"certificate": "", "key": ""}, "http3: has no effect without certificate and key"),
        ("static", {}, "http3: has no effect with static"),
        ("orthanc", {}, "http3: has no effect with orthanc"),
    ],
)
def test_http3_that_cannot_be_is_refused(tmp_path: Path, kind: Kind, options: dict[str, Any], refused: str) -> None:
    with pytest.raises(DeployUnsuitable) as caught:
        deployed(tmp_path, kind, http3=True, **options)
    assert caught.value.details.strip() == refused
