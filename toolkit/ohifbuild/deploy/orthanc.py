"""Orthanc alone: it serves the viewer itself, and enforces the tokens."""

from __future__ import annotations

import json
from typing import Any

from ohifbuild.deploy.filtering import FOLDER, KEPT, PRIVATE, VIEWER, filter_files, orthanc_steps
from ohifbuild.deploy.model import Folder, Plan
from ohifbuild.deploy.table import header_table
from ohifbuild.errors import DeployUnsuitable
from ohifbuild.orthanc import SCRIPTS

TLS = f"{FOLDER}/tls.pem"

TAKEN = frozenset(
    {
        "app", "auth", "changes", "exports", "instances", "jobs", "modalities", "patients", "peers", "plugins",
        "queries", "series", "statistics", "storage-commitment", "studies", "system", "token-filter", "tools", "ui",
        "wado", "webdav", "worklists",
    }
)  # fmt: skip
"""First steps of paths that Orthanc and its plugins answer themselves."""


def orthanc(plan: Plan) -> Folder:
    """Settings for an Orthanc with its DICOMweb and Python plugins, and the scripts that these load."""
    _refuse_taken(plan)
    table = header_table(plan).document()
    viewer = {"Url": plan.public_url, "Folder": f"{plan.place}/viewer", "Headers": f"{plan.place}/orthanc/headers.json"}
    # Orthanc would compress again what is compressed already.
    more = {**listening(plan), "HttpCompressionEnabled": False, "TokenFilter": {"Viewer": viewer}}
    texts = filter_files(plan, root=plan.root, more=more)
    texts[f"{FOLDER}/{VIEWER}"] = (SCRIPTS / VIEWER).read_text(encoding="utf-8")
    texts[f"{FOLDER}/headers.json"] = json.dumps(table, indent=2) + "\n"
    steps = (*certificate_step(plan), *orthanc_steps(plan))
    return Folder("viewer", texts, steps, PRIVATE | {TLS}, KEPT | {TLS})


def listening(plan: Plan) -> dict[str, Any]:
    """Settings of an Orthanc that browsers reach without a proxy."""
    if plan.options.certificate:
        tls = {"SslEnabled": True, "SslCertificate": f"{plan.place}/{TLS}"}
        return {"HttpPort": plan.tls_port, "RemoteAccessAllowed": True, **tls}
    return {"HttpPort": plan.port, "RemoteAccessAllowed": True, "SslEnabled": False}


def certificate_step(plan: Plan) -> tuple[str, ...]:
    """Orthanc wants certificate and key in one file."""
    if not plan.options.certificate:
        return ()
    file, parts = f"{plan.place}/{TLS}", f"{plan.options.certificate} {plan.options.key}"
    return (f"Give Orthanc the certificate with its key: (umask 077 && cat {parts} > {file}) && chown orthanc {file}",)


def _refuse_taken(plan: Plan) -> None:
    first = plan.public_url.split("/")[1]
    if first and first not in TAKEN and not f"{plan.root}/".startswith(plan.public_url):
        return
    raise DeployUnsuitable(
        f"Orthanc cannot serve a viewer at {plan.public_url}.",
        cause="It answers there itself.",
        fix="Move the dist to a path of its own: ohifbuild move DIST --public-url /ohif/",
    )
