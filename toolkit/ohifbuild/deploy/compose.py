"""Docker Compose: nginx, Orthanc with Orthanc Explorer 2 for staff, another Orthanc for links, and the auth-service."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from pathlib import PurePosixPath

from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import DeployUnsuitable
from ohifbuild.deploy.deployment import Folder, Plan
from ohifbuild.deploy.header_table import header_table
from ohifbuild.deploy.images import IMAGES
from ohifbuild.deploy.nginx import Logs, nginx_conf, quic_conf
from ohifbuild.deploy.rendering import rendered

ORTHANC_ROOT = "/dicom-web"
"""The DICOMweb root in Orthanc; ``PublicRoot`` is the one that browsers use."""

IN_CONTAINER = PurePosixPath("/etc/viewer")
CERTIFICATE, KEY = "/etc/nginx/tls/certificate.pem", "/etc/nginx/tls/key.pem"
KNOWN_TO_PLUGIN = frozenset({"token", "authorization"})
"""Headers in which Orthanc's authorization plugin looks for a token by default."""


def compose(plan: Plan) -> Folder:
    """``compose.yaml`` with the files that it mounts, and ``.env`` with new random passwords."""
    root = plan.root  # raises DeployUnsuitable for a dist with an archive at another origin
    if len(plan.archive_paths) > 1:
        raise DeployUnsuitable(
            f"{plan.dist} also sends its token to {', '.join(path for path, _ in plan.archive_paths[1:])}.",
            cause="With Compose these paths are for staff only, and links use only DICOMweb.",
            fix="Build it without --token-root.",
        )
    options = plan.options
    inside = replace(
        plan,
        server_folder=IN_CONTAINER,
        options=replace(
            options,
            archive=f"http://orthanc-for-shares:8042{ORTHANC_ROOT}",
            certificate=CERTIFICATE if options.certificate else "",
            key=KEY if options.key else "",
        ),
    )
    conf = nginx_conf(
        inside,
        header_table(plan),
        www=f"{IN_CONTAINER}/{plan.www}",
        archive="http://orthanc-for-shares:8042",
        logs=Logs("/dev/stdout", "/dev/stderr"),
        staff="http://orthanc:8042",
    )
    texts = {
        "compose.yaml": rendered(
            "compose.yaml.j2",
            plan=plan,
            options=options,
            images=IMAGES,
            conf=IN_CONTAINER,
            quic=tuple(quic_conf(plan)),
            certificate=CERTIFICATE,
            key=KEY,
            conf_digest=digest_of(conf)[:12],
            viewer=f"{plan.origin}{plan.public_url}",
            staff_settings=_indented(_staff(plan, root)),
            share_settings=_indented(_shares(plan, root)),
        ),
        "nginx/viewer.conf": conf,
        **quic_conf(plan),
        ".env": _secrets(),
    }
    steps = (
        f"docker compose --project-directory {plan.server_folder} up --detach",
        f"Share studies at {plan.origin}/orthanc/ui/app/ as admin. The password is ORTHANC_ADMIN_PASSWORD in "
        f"{plan.server_folder}/.env",
    )
    return Folder(
        f"{plan.www}{plan.local_url}".rstrip("/"), texts, steps, private=frozenset({".env"}), kept=frozenset({".env"})
    )


def _staff(plan: Plan, root: str) -> dict[str, object]:
    """Settings of Orthanc for staff: a password, Orthanc Explorer 2, and the auth-service that issues tokens."""
    return {
        "Name": "Orthanc",
        "AuthenticationEnabled": True,
        "RegisteredUsers": {"admin": "${ORTHANC_ADMIN_PASSWORD:?}"},
        "OrthancExplorer2": {
            "IsDefaultUI": True,
            "UiOptions": {
                "EnableShares": True,
                "DefaultShareDuration": 7,
                "ShareDurations": [1, 7, 15, 30, 90],
                "EnableOpenInOhifViewer3": True,
                "OhifViewer3PublicRoot": f"{plan.origin}{plan.public_url}",
            },
            "Tokens": {"ShareType": "ohif-viewer-publication", "InstantLinksValidity": 3600},
        },
        "Authorization": {
            "WebServiceTokenCreationBaseUrl": "http://orthanc-auth-service:8000/tokens/",
            "WebServiceUsername": "orthanc",
            "WebServicePassword": "${AUTH_SERVICE_PASSWORD:?}",
        },
        "DicomWeb": {"Enable": True, "PublicRoot": f"{root}/"},
    }


def _shares(plan: Plan, root: str) -> dict[str, object]:
    """Settings of Orthanc for links: no password, and every study requires a token that the auth-service accepts."""
    header = plan.settings.token_header
    headers = {} if header.lower() in KNOWN_TO_PLUGIN else {"TokenHttpHeaders": [header]}
    return {
        "Name": "Shares",
        "AuthenticationEnabled": False,
        "DicomServerEnabled": False,
        "WebDavEnabled": False,
        "Authorization": {
            "WebServiceRootUrl": "http://orthanc-auth-service:8000/",
            "WebServiceUsername": "orthanc",
            "WebServicePassword": "${AUTH_SERVICE_PASSWORD:?}",
            "StandardConfigurations": ["ohif"],
            "CheckedLevel": "studies",
            **headers,
        },
        "DicomWeb": {"Enable": True, "EnableWado": False, "Root": f"{ORTHANC_ROOT}/", "PublicRoot": f"{root}/"},
    }


def _indented(settings: dict[str, object]) -> str:
    return json.dumps(settings, indent=2)


def _secrets() -> str:
    names = ("ORTHANC_ADMIN_PASSWORD", "AUTH_SERVICE_PASSWORD", "AUTH_SERVICE_SECRET", "POSTGRES_PASSWORD")
    return "".join(f"{name}={secrets.token_urlsafe(32)}\n" for name in names)
