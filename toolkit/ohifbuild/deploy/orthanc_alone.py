"""Orthanc without a web server: it serves the viewer itself and enforces tokens."""

from __future__ import annotations

import json

from ohifbuild.core.errors import DeployUnsuitable
from ohifbuild.deploy.deployment import Folder, Plan
from ohifbuild.deploy.filtering import KEPT, PRIVATE, VIEWER, filter_files, orthanc_steps
from ohifbuild.deploy.header_table import header_table
from ohifbuild.deploy.https import reached_without_proxy, tunnel, tunnel_steps
from ohifbuild.orthanc.configuration import FOLDER, SCRIPTS

RESERVED_PATHS = frozenset(
    {
        "app", "auth", "changes", "dicom-web", "exports", "instances", "jobs", "modalities", "osimis-viewer",
        "patients", "peers", "plugins", "queries", "series", "statistics", "storage-commitment", "studies", "system",
        "token-filter", "tools", "transfers", "ui", "wado", "web-viewer", "webdav", "worklists", "wsi",
    }
)  # fmt: skip
"""First parts of paths that Orthanc and its plugins answer; the same as in ``token_filter.py``."""


def orthanc(plan: Plan) -> Folder:
    """Settings for an Orthanc with its DICOMweb and Python plugins, and the scripts that these load."""
    _check_path(plan)
    table = header_table(plan).document()
    viewer = {
        "Url": plan.public_url,
        "Folder": f"{plan.server_folder}/viewer/{plan.release}",
        "Headers": f"{plan.server_folder}/orthanc/headers.json",
    }
    # With HttpCompressionEnabled, Orthanc would compress files again that are already compressed.
    more = {**reached_without_proxy(plan), "HttpCompressionEnabled": False, "TokenFilter": {"Viewer": viewer}}
    texts = filter_files(plan, root=plan.root, more=more)
    texts[f"{FOLDER}/{VIEWER}"] = (SCRIPTS / VIEWER).read_text(encoding="utf-8")
    texts[f"{FOLDER}/headers.json"] = json.dumps(table, indent=2) + "\n"
    steps = (*orthanc_steps(plan), *tunnel_steps(plan))
    return Folder(f"viewer/{plan.release}", {**texts, **tunnel(plan)}, steps, PRIVATE, KEPT)


def _check_path(plan: Plan) -> None:
    first = plan.public_url.split("/")[1]
    if first and first not in RESERVED_PATHS and not f"{plan.root}/".startswith(plan.public_url):
        return
    raise DeployUnsuitable(
        f"Orthanc cannot serve a viewer at {plan.public_url}.",
        cause="Orthanc uses this path itself.",
        fix="Move the dist to a path that Orthanc does not use: ohifbuild move DIST --public-url /ohif/",
    )
