"""The files that make Orthanc enforce tokens, for every kind of deployment that has an Orthanc."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from ohifbuild.deploy.deployment import Plan
from ohifbuild.deploy.orthanc_settings import FILTER, changed_steps, whole
from ohifbuild.orthanc.configuration import SCRIPTS, dicomweb_settings, token_filter_settings

GUARD, VIEWER, SHARE = "closed_without_filter.lua", "viewer_files.py", "share_study.py"
FILTERING = (
    FILTER, "link_contract.py", "bounded_json.py", "token_file.py", "auth_service.py", "rendered_videos.py",
    SHARE, GUARD,
)  # fmt: skip
"""The scripts of every deployment with a token filter; they import one another."""

TOKENS, SETTINGS, UNIT, LINK = "tokens.json", "orthanc.json", "orthanc.service.conf", "link.json"
FOLDER = "orthanc"

KEPT = frozenset({f"{FOLDER}/{TOKENS}"})
PRIVATE = frozenset({f"{FOLDER}/{TOKENS}", f"{FOLDER}/{SETTINGS}"})
"""Files that only their owner may read; the settings of an existing Orthanc may hold passwords."""

SYSTEMD = """# Starts Orthanc with these settings instead of those in /etc/orthanc. Written by ohifbuild, for systemd.
[Service]
ExecStart=
ExecStart=/usr/sbin/Orthanc --logdir=/var/log/orthanc {settings}
"""


def filter_files(plan: Plan, *, root: str, more: dict[str, Any]) -> dict[str, str]:
    """Scripts, an empty token file, and a complete configuration for Orthanc, in the folder ``orthanc``.

    Args:
        plan: the deployment's plan.
        root: the path of the DICOMweb root in Orthanc.
        more: further settings of Orthanc; those of ``TokenFilter`` are merged.

    Returns:
        The contents of the files by their POSIX path.
    """
    place = PurePosixPath(plan.server_folder, FOLDER)
    enforcing = token_filter_settings(plan.settings, place / FILTER, place / GUARD)
    sources = {"Tokens": str(place / TOKENS), "RenderVideos": True}
    filtering = {**enforcing["TokenFilter"], **sources, **more.get("TokenFilter", {})}
    # Orthanc makes the URLs of bulk data from these. Without Host it uses the host of the request (Debian sets
    # localhost). It cannot detect TLS behind stunnel, which adds no headers.
    web = {**dicomweb_settings(root), "Host": "", "Ssl": plan.secure, **more.get("DicomWeb", {})}
    settings = {**enforcing, **more, "DicomWeb": web, "TokenFilter": filtering}
    link = {"Viewer": f"{plan.origin}{plan.public_url}viewer", "Parameter": plan.settings.token_param}
    texts = {name: (SCRIPTS / name).read_text(encoding="utf-8") for name in FILTERING}
    texts |= {
        TOKENS: "{}\n",
        SETTINGS: json.dumps(whole(settings, plan.existing), indent=2) + "\n",
        LINK: json.dumps(link) + "\n",
        UNIT: SYSTEMD.format(settings=place / SETTINGS),
    }
    return {f"{FOLDER}/{name}": text for name, text in texts.items()}


@contextmanager
def tokens_locked(target: Path) -> Iterator[None]:
    """Locks the tokens of a deployment while it is replaced.

    ``share_study.py`` takes the same lock, and detects that the locked file was replaced meanwhile.

    Args:
        target: the deployment's folder, which may be missing.
    """
    with ExitStack() as stack:
        while (link := target / FOLDER / LINK).is_file():
            locked = stack.enter_context(link.open())
            fcntl.flock(locked, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(locked.fileno()), link.stat()):
                break
        yield


def orthanc_steps(plan: Plan) -> tuple[str, ...]:
    """The steps for an Orthanc that is installed from packages of Debian or Ubuntu."""
    place = f"{plan.server_folder}/{FOLDER}"
    drop_in = "/etc/systemd/system/orthanc.service.d"
    return (
        "Install Orthanc with its plugins: apt install orthanc orthanc-dicomweb orthanc-python",
        *changed_steps(plan.existing),
        f"Let Orthanc read the private files: chown orthanc {place}/{TOKENS} {place}/{SETTINGS}",
        f"Make Orthanc use these settings: mkdir -p {drop_in} && ln -sf {place}/{UNIT} {drop_in}/ohifbuild.conf",
        "systemctl daemon-reload && systemctl restart orthanc",
        f"Share a study: python3 {place}/{SHARE} STUDY-INSTANCE-UID",
    )
