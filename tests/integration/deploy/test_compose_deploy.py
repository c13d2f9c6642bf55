"""The Compose file that deploy writes, read by Compose itself."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from container_images import compose_command
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.processes import output, run
from ohifbuild.deploy import DeployOptions, deploy


@pytest.fixture(scope="session")
def compose() -> list[str | Path]:
    return compose_command()


@pytest.mark.parametrize("certificate", ["", "/etc/ssl/viewer.pem"])
def test_docker_compose_accepts_the_file_with_its_secrets(
    tmp_path: Path, make_dist: Any, compose: list[str | Path], certificate: str
) -> None:
    dist = make_dist(public_url="/ohif/", root="/orthanc/dicom-web", header="X-Share")
    options = DeployOptions(host="pacs.example", certificate=certificate, key=certificate)
    deploy("compose", dist, tmp_path / "viewer", options, SilentReporter())
    run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--builtin-schema",
            "vendor.compose-spec",
            tmp_path / "viewer/compose.yaml",
        ]
    )
    read = yaml.safe_load(output([*compose, "config"], cwd=tmp_path / "viewer"))
    secrets = dict(line.split("=", 1) for line in (tmp_path / "viewer/.env").read_text().splitlines())
    services = read["services"]
    staff = json.loads(services["orthanc"]["environment"]["ORTHANC_JSON"])
    shares = json.loads(services["orthanc-for-shares"]["environment"]["ORTHANC_JSON"])
    scheme = "https" if certificate else "http"
    assert staff["RegisteredUsers"] == {"admin": secrets["ORTHANC_ADMIN_PASSWORD"]}
    assert staff["OrthancExplorer2"]["UiOptions"]["OhifViewer3PublicRoot"] == f"{scheme}://pacs.example/ohif/"
    assert shares["Authorization"]["WebServicePassword"] == secrets["AUTH_SERVICE_PASSWORD"]
    assert shares["Authorization"]["TokenHttpHeaders"] == ["X-Share"]
    assert shares["DicomWeb"]["PublicRoot"] == staff["DicomWeb"]["PublicRoot"] == "/orthanc/dicom-web/"
    assert [name for name, service in services.items() if service.get("ports")] == ["nginx", "orthanc"]


def test_nginx_accepts_the_configuration_of_compose(tmp_path: Path, make_dist: Any, nginx: Any, web: Any) -> None:
    port = web.free_port()
    dist = make_dist(public_url="/ohif/", root="/orthanc/dicom-web")
    deploy("compose", dist, tmp_path / "viewer", DeployOptions(port=port), SilentReporter())
    conf = tmp_path / "viewer.conf"
    text = (tmp_path / "viewer/nginx/viewer.conf").read_text()
    # The names and paths of its container, as this machine has them.
    for there, here in (
        ("orthanc-for-shares:8042", "127.0.0.1:9"),
        ("http://orthanc:8042", "http://127.0.0.1:9"),
        ("/etc/viewer", str(tmp_path / "viewer")),
        ("/dev/stdout", str(tmp_path / "access.log")),
        ("/dev/stderr", str(tmp_path / "error.log")),
    ):
        assert there in text
        text = text.replace(there, here)
    conf.write_text(text)
    with nginx(conf, port) as origin:
        paths = ("/ohif/viewer", "/orthanc/dicom-web/studies", "/orthanc/ui/app/")
        assert [web.ask(origin + path).status for path in paths] == [200, 502, 502]
