"""The files that make Orthanc enforce tokens, for every kind of deployment that has an Orthanc."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from ohifbuild.core.errors import TokenFileUnusable
from ohifbuild.deploy.deployment import Plan
from ohifbuild.deploy.orthanc_settings import FILTER, changed_steps, whole
from ohifbuild.orthanc.configuration import (
    ACCESS_LOG,
    FOLDER,
    LINK,
    SCRIPTS,
    SETTINGS,
    dicomweb_settings,
    token_filter_settings,
)
from ohifbuild.orthanc.shipped import share_file, token_file

GUARD, VIEWER, SHARE = "closed_without_filter.lua", "viewer_files.py", "share_study.py"
FILTERING = (
    FILTER, "link_contract.py", "bounded_json.py", "token_file.py", "access_log.py", "auth_service.py",
    "rendered_videos.py", SHARE, "share_file.py", "local_orthanc.py", GUARD,
)  # fmt: skip
"""The scripts of every deployment with a token filter; they import one another."""

TOKENS, UNIT, INSTALL = "tokens.json", "orthanc.service.conf", "install.sh"

LOGS = frozenset({f"{FOLDER}/{ACCESS_LOG}", f"{FOLDER}/{ACCESS_LOG}.1"})
KEPT = LOGS | {f"{FOLDER}/{TOKENS}"}
PRIVATE = KEPT | {f"{FOLDER}/{SETTINGS}"}
"""Files that only their owner, Orthanc's user, may read; the settings of an existing Orthanc may hold passwords."""

SYSTEMD = """# Starts Orthanc with these settings instead of those in /etc/orthanc. Written by ohifbuild, for systemd.
[Service]
ExecStart=
ExecStart=/usr/sbin/Orthanc --logdir=/var/log/orthanc {settings}
"""


INSTALLING = """#!/bin/sh
# Run as root: gives Orthanc its private files, and makes systemd start it with these settings. Written by ohifbuild.
set -eu
chown orthanc {private}
mkdir -p /etc/systemd/system/orthanc.service.d
ln -sf {place}/{unit} /etc/systemd/system/orthanc.service.d/ohifbuild.conf
systemctl daemon-reload
systemctl restart orthanc
python3 {place}/{share} --wait
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
    sources = {"Tokens": str(place / TOKENS), "AccessLog": str(place / ACCESS_LOG), "RenderVideos": True}
    filtering = {**enforcing["TokenFilter"], **sources, **more.get("TokenFilter", {})}
    # Orthanc makes the URLs of bulk data from these. Without Host it uses the host of the request (Debian sets
    # localhost). It cannot detect TLS behind stunnel, which adds no headers.
    web = {**dicomweb_settings(root), "Host": "", "Ssl": plan.secure, **more.get("DicomWeb", {})}
    settings = {**enforcing, **more, "DicomWeb": web, "TokenFilter": filtering}
    link = {
        "Viewer": f"{plan.origin}{plan.public_url}viewer",
        "Parameter": plan.settings.token_param,
        "Format": token_file.FORMAT,
    }
    texts = {name: (SCRIPTS / name).read_text(encoding="utf-8") for name in FILTERING}
    texts |= {
        TOKENS: "{}\n",
        SETTINGS: json.dumps(whole(settings, plan.existing), indent=2) + "\n",
        LINK: json.dumps(link) + "\n",
        UNIT: SYSTEMD.format(settings=place / SETTINGS),
        INSTALL: INSTALLING.format(place=place, private=" ".join(sorted(_private(place))), unit=UNIT, share=SHARE),
    }
    return {f"{FOLDER}/{name}": text for name, text in texts.items()} | dict.fromkeys(LOGS, "")


@contextmanager
def tokens_locked(target: Path) -> Iterator[None]:
    """Locks the tokens of a deployment while it is replaced.

    Args:
        target: the deployment's folder, which may be missing.

    Raises:
        TokenFileUnusable: another process keeps the lock.
    """
    link = target / FOLDER / LINK
    if not link.is_file():
        yield
        return
    with ExitStack() as stack:
        try:
            stack.enter_context(share_file.locked(link))
        except share_file.FileUnusable as error:
            raise TokenFileUnusable(
                f"The tokens of this deployment cannot be kept: {error}.",
                cause="A command that shares studies is still running, or another user of this machine holds the lock.",
                fix=f"See which process has it: fuser {link}",
            ) from error
        yield


def orthanc_steps(plan: Plan) -> tuple[str, ...]:
    """The steps for an Orthanc that is installed from packages of Debian or Ubuntu."""
    place = f"{plan.server_folder}/{FOLDER}"
    install = "Install Orthanc with its plugins"
    if not plan.existing and plan.options.archive:  # It may be an archive of another kind.
        install = (
            "If the archive is an Orthanc, install it with its plugins; an archive of another kind must check tokens "
            "itself, and needs none of the steps about Orthanc"
        )
    return (
        f"{install}: apt install orthanc orthanc-dicomweb orthanc-python",
        *changed_steps(plan.existing),
        f"Give Orthanc its private files, and start it with these settings: sh {place}/{INSTALL}",
        f"Share a study: ohifbuild share add STUDY-INSTANCE-UID --deployment {plan.server_folder}; "
        f"or, without ohifbuild on the server: python3 {place}/{SHARE} STUDY-INSTANCE-UID",
    )


def _private(place: PurePosixPath) -> Iterator[str]:
    """The paths of the files that Orthanc's user must own."""
    return (str(place.parent / name) for name in PRIVATE)
