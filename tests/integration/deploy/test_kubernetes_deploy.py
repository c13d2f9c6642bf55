"""The image for Kubernetes: built from its Containerfile on a base without a shell, and run as its own user."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from container_images import Images
from ohifbuild.contract.grants import Tokens
from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.viewer_site import site

CHUNK = "12.bundle.0123456789abcdef0123.js"


def written_by_nginx(root: Path) -> set[str]:
    """The top folders in which the user of the container has files."""
    found = (path for path in root.rglob("*") if not path.is_symlink() and path.stat().st_uid == 101)
    return {path.relative_to(root).parts[0] for path in found}


def test_the_image_serves_the_viewer_as_a_user_who_can_write_only_in_tmp(
    tmp_path: Path, make_dist: Any, web: Any
) -> None:
    images, port = Images(tmp_path / "images"), web.free_port()
    dist, target = make_dist(public_url="/ohif/"), tmp_path / "viewer"
    with site(dist, EmbeddedArchive(tmp_path), Tokens({})) as own:
        deploy(
            "kubernetes",
            dist,
            target,
            DeployOptions(host="pacs.example", port=port, archive=own.origin),
            SilentReporter(),
        )
        image = images.built(target, images.nginx())
        configuration = images.configuration(image)
        with images.container_running(image, port) as root:
            origin = f"http://127.0.0.1:{port}"
            page = web.ask(f"{origin}/ohif/viewer?StudyInstanceUIDs=1.2&token=secret")
            chunk = web.ask(f"{origin}/ohif/{CHUNK}", {"Accept-Encoding": "gzip"})
            refused = web.ask(f"{origin}/dicom-web/studies")
            posted = web.ask(f"{origin}/dicom-web/studies", method="POST")
            elsewhere = web.ask(f"{origin}/nginx.conf").status
            programs = sorted(path.name for path in root.rglob("bin/*") if os.access(path, os.X_OK))
            written = written_by_nginx(root)
    logged = "".join((root / "dev" / name).read_text() for name in ("stdout", "stderr"))
    assert (page.status, page.body) == (200, (dist / "index.html").read_bytes())
    assert chunk.headers["content-encoding"] == "gzip"
    assert (refused.status, posted.status, elsewhere) == (401, 405, 404)
    assert configuration["User"] == "101:101"
    assert configuration["StopSignal"] == "SIGQUIT"
    assert f"{port}/tcp" in configuration["ExposedPorts"]
    assert "Cmd" not in configuration
    assert programs == []
    assert written == {"dev", "tmp"}
    assert "GET /ohif/index.html" in logged
    assert "secret" not in logged
