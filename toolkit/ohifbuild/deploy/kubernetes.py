"""Kubernetes: the recipe of an image with nginx and the viewer, and the manifests that run it, for ``kubectl -k``.

The image holds the viewer together with nginx's configuration, because the policies in it name the scripts of exactly
this viewer. Whoever needs other values writes a kustomization of their own that has this folder as its base.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from ohifbuild.deploy.deployment import SINGLE, Folder, Plan
from ohifbuild.deploy.header_table import header_table
from ohifbuild.deploy.images import IMAGES
from ohifbuild.deploy.nginx import Logs, nginx_conf
from ohifbuild.deploy.rendering import rendered

IN_IMAGE = PurePosixPath("/etc/viewer")
PORT = 8080
"""Of nginx in its container; ports below 1024 are for root."""

USER = 101
"""nginx's user in its official images, as a number: Kubernetes cannot tell whether a name is that of root."""

DEFAULT_ARCHIVE = "http://orthanc:8042"
"""A Service called orthanc, in the same namespace."""

CLUSTER = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""Where a cluster's pods and nodes are (RFC 1918, 6598, 4193), and so the proxy of the Ingress. The network policy
keeps everybody else away from nginx."""

PLAIN_PORTS = {"http": 80, "https": 443}

MANIFESTS = ("deployment", "service", "ingress", "network-policy", "disruption-budget", "kustomization")


def kubernetes(plan: Plan) -> Folder:
    """A Containerfile with what it copies, and the manifests of a Deployment behind an Ingress."""
    options = plan.options
    inside = replace(
        plan,
        server_folder=IN_IMAGE,
        options=replace(
            options,
            port=options.port or PORT,
            archive=options.archive or DEFAULT_ARCHIVE,
            behind_proxy=options.behind_proxy or CLUSTER,
            name=SINGLE,
        ),
    )
    conf = nginx_conf(
        inside,
        header_table(plan),
        www=f"{IN_IMAGE}/{plan.www}",
        archive=inside.archive_origin,
        logs=Logs("/dev/stdout", "/dev/stderr"),
    )
    archives = [urlsplit(place.origin or inside.archive) for place in inside.proxied]
    values = {
        "plan": inside,
        "base": IMAGES["nginx"],
        "folder": IN_IMAGE,
        "user": USER,
        "archive_ports": sorted({url.port or PLAIN_PORTS[url.scheme] for url in archives}),
        "paths": _paths(inside),
    }
    recipe = {
        "Containerfile": rendered("kubernetes/Containerfile.j2", **values),
        "nginx/nginx.conf": rendered("kubernetes/nginx.conf.j2", **values),
        "nginx/viewer.conf": conf,
    }
    image = f"registry.example/viewer:{_tag(plan.digest, recipe)}"
    manifests = {f"{name}.yaml": rendered(f"kubernetes/{name}.yaml.j2", image=image, **values) for name in MANIFESTS}
    steps = (
        f"Build the image and push it to your registry: docker build --file {plan.server_folder}/Containerfile "
        f"--tag {image} {plan.server_folder} && docker push {image}",
        f"Write a kustomization that has {plan.server_folder} as its base and names your registry, as in "
        "https://ohifbuild.github.io/ohifbuild/how-to/kubernetes/#3-write-your-kustomization",
        "kubectl apply --kustomize FOLDER-OF-YOUR-KUSTOMIZATION",
    )
    return Folder(f"{plan.www}{inside.local_url}".rstrip("/"), {**recipe, **manifests}, steps)


def _tag(digest: str, recipe: Mapping[str, str]) -> str:
    """A tag of its own for each image, so that a node that has an earlier one does not run it."""
    everything = "\0".join((digest, *(text for _, text in sorted(recipe.items()))))
    return hashlib.sha256(everything.encode()).hexdigest()[:12]


def _paths(plan: Plan) -> tuple[str, ...]:
    """The paths of the host that belong to the viewer, for the Ingress: without a slash at the end."""
    everything = (plan.public_url.rstrip("/"), *(path for path, _ in plan.archive_paths))
    return ("/",) if "" in everything else everything
