"""The image's recipe and the manifests for Kubernetes, against the schemas of its API and its restricted profile."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import DeployUnsuitable
from ohifbuild.deploy import DeployOptions, deploy
from small_dist import write_small_dist

VERSIONS = ("1.30", "1.33", "1.37")
"""``sleep`` in ``preStop`` is in the schemas since 1.29, and on by default since 1.30."""


def deployed(tmp_path: Path, *, url: str = "/ohif/", root: str = "/orthanc/dicom-web", **options: Any) -> Path:
    dist, target = write_small_dist(tmp_path / "dist", roots=[root], publicUrl=url), tmp_path / "viewer"
    deploy("kubernetes", dist, target, DeployOptions(**{"host": "pacs.example", **options}), SilentReporter())
    return target


def manifests(target: Path) -> dict[str, Any]:
    """Every manifest by its kind."""
    found = [yaml.safe_load(path.read_text()) for path in sorted(target.glob("*.yaml"))]
    return {manifest["kind"]: manifest for manifest in found}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_fits_the_schemas_of_kubernetes(tmp_path: Path, version: str) -> None:
    import kubernetes_validate  # here, because importing it takes two seconds

    found = manifests(deployed(tmp_path))
    del found["Kustomization"]
    assert sorted(found) == ["Deployment", "Ingress", "NetworkPolicy", "PodDisruptionBudget", "Service"]
    for manifest in found.values():
        kubernetes_validate.validate(manifest, version, strict=True)


def test_the_kustomization_names_every_manifest_and_the_image_of_the_deployment(tmp_path: Path) -> None:
    target = deployed(tmp_path)
    found = manifests(target)
    kustomization = found["Kustomization"]
    assert sorted([*kustomization["resources"], "kustomization.yaml"]) == sorted(p.name for p in target.glob("*.yaml"))
    (container,) = found["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == kustomization["images"][0]["name"]


def test_the_pods_fit_the_restricted_profile_and_run_without_a_shell(tmp_path: Path) -> None:
    pod = manifests(deployed(tmp_path))["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 101,
        "runAsGroup": 101,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert [list(volume) for volume in pod["volumes"]] == [["name", "emptyDir"]]
    assert container["ports"][0]["containerPort"] >= 1024
    assert "exec" not in json.dumps(container)


def test_every_selector_finds_the_pods(tmp_path: Path) -> None:
    found = manifests(deployed(tmp_path))
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert [
        found["Deployment"]["spec"]["selector"]["matchLabels"],
        found["Service"]["spec"]["selector"],
        found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    ] == [labels] * 4


@pytest.mark.parametrize(
    ("url", "paths"), [("/ohif/", ["/ohif", "/orthanc/dicom-web"]), ("/", ["/"])], ids=["below-a-path", "whole-host"]
)
def test_the_ingress_has_the_paths_of_viewer_and_archive_only(tmp_path: Path, url: str, paths: list[str]) -> None:
    found = manifests(deployed(tmp_path, url=url))
    (rule,) = found["Ingress"]["spec"]["rules"]
    assert rule["host"] == "pacs.example"
    assert [path["path"] for path in rule["http"]["paths"]] == paths
    assert found["Ingress"]["spec"]["tls"][0]["hosts"] == ["pacs.example"]
    (container,) = found["Deployment"]["spec"]["template"]["spec"]["containers"]
    probes = [container[name]["httpGet"]["path"] for name in ("readinessProbe", "livenessProbe")]
    assert probes == [f"{url}app-config.js"] * 2


@pytest.mark.parametrize(
    ("archive", "port"), [("", 8042), ("https://pacs.example/dicom-web", 443), ("http://pacs:8080", 8080)]
)
def test_the_pods_may_reach_the_archives_port_and_names_only(tmp_path: Path, archive: str, port: int) -> None:
    egress = manifests(deployed(tmp_path, archive=archive))["NetworkPolicy"]["spec"]["egress"]
    assert [[each["port"] for each in rule["ports"]] for rule in egress] == [[port], [53, 53]]


def test_the_pods_may_reach_every_archive_of_the_viewer(tmp_path: Path) -> None:
    ward = {"name": "ward", "roots": ["/ward/rs"], "tokenHeader": "token", "tokenScheme": "", "access": "token"}
    dist = write_small_dist(tmp_path / "dist", further=[ward])
    options = DeployOptions(host="pacs.example", archives=("ward=https://ward.example/rs",))
    deploy("kubernetes", dist, tmp_path / "viewer", options, SilentReporter())
    found = manifests(tmp_path / "viewer")
    egress = found["NetworkPolicy"]["spec"]["egress"]
    assert [[each["port"] for each in rule["ports"]] for rule in egress] == [[443, 8042], [53, 53]]
    assert "proxy_pass https://ward.example/rs/;" in (tmp_path / "viewer/nginx/viewer.conf").read_text()


def test_each_image_has_a_tag_of_its_own(tmp_path: Path) -> None:
    tags = [
        manifests(deployed(tmp_path, **options))["Kustomization"]["images"][0]["newTag"]
        for options in ({}, {}, {"archive": "http://pacs:8080"}, {"url": "/"})
    ]
    assert tags[0] == tags[1]
    assert len(set(tags)) == 3
    assert all(re.fullmatch(r"[0-9a-f]{12}", tag) for tag in tags)


def test_what_ends_at_the_ingress_is_refused_here(tmp_path: Path) -> None:
    with pytest.raises(DeployUnsuitable) as caught:
        deployed(tmp_path, certificate="/c.pem", key="/k.pem", tls_port=8443, name="other")
    refused = [line.partition(":")[0].strip() for line in caught.value.details.splitlines()]
    assert refused == ["certificate", "key", "name", "tls-port"]


def test_an_ingress_for_any_host_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeployUnsuitable) as caught:
        deployed(tmp_path, host="_")
    assert caught.value.details.strip().startswith("host: expected a host name")


def test_the_host_and_scheme_of_the_ingress_are_believed(tmp_path: Path) -> None:
    conf = (deployed(tmp_path) / "nginx/viewer.conf").read_text()
    assert "10.0.0.0/8 1;" in conf
    assert '"~^1" https;' in conf
    assert '"~^1" pacs.example;' in conf
    assert "proxy_set_header X-Forwarded-Proto $ohifbuild_scheme;" in conf
