"""Deployments of a dist with few files, for the unit tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dists import page_settings, settings_element
from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, Kind, deploy
from ohifbuild.viewer.app_config import CONFIG_START
from ohifbuild.viewer.manifest import Manifest, hash_tree


def dist_at(
    path: Path,
    *,
    public_url: str = "/ohif/",
    root: str = "/dicom-web",
    header: str = "token",
    more_roots: tuple[str, ...] = (),
) -> Path:
    """Writes a dist with these settings."""
    settings = page_settings(tokenHeader=header, roots=[root, *more_roots], publicUrl=public_url)
    path.mkdir(exist_ok=True)
    for earlier in path.iterdir():
        earlier.unlink()  # a deployment may hold the same file
    (path / "index.html").write_text(settings_element(settings) + "<script>1</script>")
    (path / "app-config.js").write_text(CONFIG_START + '{"dataSources": ["ours"], "routerBasename": "/ohif"};\n')
    Manifest(hash_tree(path), {}).write(path)
    return path


def deployed(kind: Kind, tmp_path: Path, options: DeployOptions | None = None, **about: Any) -> Path:
    """Deploys a dist with these settings from ``dist`` to ``target``, which it returns."""
    target = tmp_path / "target"
    deploy(kind, dist_at(tmp_path / "dist", **about), target, options or DeployOptions(), SilentReporter())
    return target
