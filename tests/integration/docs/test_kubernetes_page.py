"""The page about Kubernetes: its commands are run, its manifests are validated, its copying is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from click.testing import CliRunner

from how_to import blocks, command, replaced
from ohifbuild.commands.main import cli
from ohifbuild.core.processes import run
from ohifbuild.deploy.filtering import KEPT
from small_dist import write_small_dist

PAGE = "kubernetes"


def deployed(kind: str, folder: Path, here: dict[str, str]) -> None:
    write_small_dist(folder / "dist")
    _, *words = command(PAGE, f"ohifbuild deploy {kind}", {"/opt/dist": str(folder / "dist"), **here})
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output


@pytest.fixture
def filter_folder(tmp_path: Path) -> Path:
    """What the page's second deployment writes for Orthanc."""
    image = tmp_path / "image.json"
    image.write_text(blocks("newer-orthanc", "json")[0])
    deployed("nginx", tmp_path, {"/srv/cluster/filter": str(tmp_path / "filter"), "/srv/image.json": str(image)})
    return tmp_path / "filter/orthanc"


def orthanc() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(blocks(PAGE, "yaml")[1]))


def test_the_kustomization_has_what_was_written_as_its_base(tmp_path: Path) -> None:
    viewer = tmp_path / "viewer"
    deployed("kubernetes", tmp_path, {"/srv/cluster/viewer": str(viewer)})
    base = yaml.safe_load((viewer / "kustomization.yaml").read_text())
    ours = yaml.safe_load(blocks(PAGE, "yaml")[0])
    assert ours["resources"] == [viewer.name]
    assert ours["images"][0]["name"] == base["images"][0]["newName"]
    written = {}
    for name in base["resources"]:
        manifest = yaml.safe_load((viewer / name).read_text())
        written[manifest["kind"]] = manifest
    for patch in ours["patches"]:
        target = written[patch["target"]["kind"]]
        assert target["metadata"]["name"] == patch["target"]["name"]
        for step in yaml.safe_load(patch["patch"]):
            apply(target, step)
    for manifest in written.values():
        kubernetes_validate.validate(manifest, "1.37", strict=True)
    assert written["Ingress"]["spec"]["ingressClassName"] == "traefik"
    assert "traefik" in json.dumps(written["NetworkPolicy"]["spec"]["ingress"])


def apply(document: Any, step: dict[str, Any]) -> None:
    """A step of a JSON patch that replaces or adds a member of an object."""
    *path, last = step["path"].strip("/").split("/")
    for name in path:
        document = document[int(name) if name.isdecimal() else name]
    assert (step["op"] == "replace") == (last in document)
    document[last] = step["value"]


def test_the_manifests_of_orthanc_fit_the_schemas_of_kubernetes() -> None:
    for manifest in orthanc():
        kubernetes_validate.validate(manifest, "1.37", strict=True)


def test_orthanc_gets_its_files_where_its_settings_look_for_them(filter_folder: Path) -> None:
    stateful, service = orthanc()
    pod = stateful["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    settings = json.loads((filter_folder / "orthanc.json").read_text())
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    for path in (settings["PythonScript"], *settings["LuaScripts"], settings["TokenFilter"]["Tokens"]):
        assert str(Path(path).parent) in mounted
        assert (filter_folder / Path(path).name).is_file()
    assert settings["StorageDirectory"] in mounted
    assert container["command"][1] == f"{Path(settings['PythonScript']).parent}/orthanc.json"
    assert settings["HttpPort"] == service["spec"]["ports"][0]["port"] == 8042
    assert (settings["RemoteAccessAllowed"], settings["TokenFilter"]["RenderVideos"]) == (True, False)
    assert service["spec"]["selector"] == stateful["spec"]["template"]["metadata"]["labels"]


def test_copying_the_filter_again_keeps_tokens_and_logs(tmp_path: Path, filter_folder: Path) -> None:
    (first,) = orthanc()[0]["spec"]["template"]["spec"]["initContainers"]
    place = tmp_path / "volume"
    place.mkdir()
    here = {"/filter": str(filter_folder), "/etc/viewer/orthanc": str(place)}
    words = [*first["command"][:-1], replaced(first["command"][-1], here)]
    run(words)
    assert {path.name for path in place.iterdir()} == {path.name for path in filter_folder.iterdir()}
    kept = {Path(name).name for name in KEPT}
    for name in kept:
        (place / name).write_text("made here")
    (place / "token_filter.py").write_text("old")
    run(words)
    assert {(place / name).read_text() for name in kept} == {"made here"}
    assert (place / "token_filter.py").read_text() == (filter_folder / "token_filter.py").read_text()
