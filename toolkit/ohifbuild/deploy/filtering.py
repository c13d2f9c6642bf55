"""The files that make an Orthanc enforce tokens, for any deployment with one."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from ohifbuild.deploy.deployment import Plan
from ohifbuild.deploy.orthanc_settings import FILTER, whole
from ohifbuild.orthanc.configuration import SCRIPTS, dicomweb, filtered

GUARD, VIEWER, SHARE = "closed_without_filter.lua", "viewer_files.py", "share_study.py"
FILTERING = (
    FILTER, "link_contract.py", "bounded_json.py", "token_file.py", "auth_service.py", "rendered_videos.py",
    SHARE, GUARD,
)  # fmt: skip
"""Scripts that every deployment with a filter has; they import one another."""

TOKENS, SETTINGS, UNIT, LINK = "tokens.json", "orthanc.json", "orthanc.service.conf", "link.json"
FOLDER = "orthanc"

KEPT = frozenset({f"{FOLDER}/{TOKENS}"})
PRIVATE = frozenset({f"{FOLDER}/{TOKENS}", f"{FOLDER}/{SETTINGS}"})
"""An existing Orthanc's settings may hold passwords."""

SYSTEMD = """# Orthanc with these settings in place of those in /etc/orthanc. Written by ohifbuild, for systemd.
[Service]
ExecStart=
ExecStart=/usr/sbin/Orthanc --logdir=/var/log/orthanc {settings}
"""


def filter_files(plan: Plan, *, root: str, more: dict[str, Any]) -> dict[str, str]:
    """Scripts, an empty token file, and a whole configuration for Orthanc, in the folder ``orthanc``.

    Args:
        root: Orthanc's own DICOMweb root.
        more: further settings; those of ``TokenFilter`` are merged.
    """
    place = PurePosixPath(plan.place, FOLDER)
    enforcing = filtered(plan.settings, place / FILTER, place / GUARD)
    sources = {"Tokens": str(place / TOKENS), "RenderVideos": True}
    filtering = {**enforcing["TokenFilter"], **sources, **more.get("TokenFilter", {})}
    # For its URLs of bulk data: the host is what the browser asked for (Debian's settings say localhost), and of TLS
    # Orthanc hears from nobody if stunnel, which knows no headers, is before it.
    web = {**dicomweb(root), "Host": "", "Ssl": bool(plan.options.certificate)}
    settings = {"DicomWeb": web, **enforcing, **more, "TokenFilter": filtering}
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
def nobody_shares(target: Path) -> Iterator[None]:
    """Keeps the scripts of a deployment from changing its tokens while it is replaced.

    ``share_study.py`` takes the same lock, and notices when the file that it has locked was replaced meanwhile.

    Args:
        target: the deployment's folder, which need not exist.
    """
    with ExitStack() as stack:
        while (link := target / FOLDER / LINK).is_file():
            locked = stack.enter_context(link.open())
            fcntl.flock(locked, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(locked.fileno()), link.stat()):
                break
        yield


def orthanc_steps(plan: Plan) -> tuple[str, ...]:
    """What remains to be done for an Orthanc of Debian's or Ubuntu's packages."""
    place = f"{plan.place}/{FOLDER}"
    drop_in = "/etc/systemd/system/orthanc.service.d"
    return (
        "Install Orthanc with its plugins: apt install orthanc orthanc-dicomweb orthanc-python",
        f"Let Orthanc read what is secret: chown orthanc {place}/{TOKENS} {place}/{SETTINGS}",
        f"Let Orthanc use these settings: mkdir -p {drop_in} && ln -sf {place}/{UNIT} {drop_in}/ohifbuild.conf",
        "systemctl daemon-reload && systemctl restart orthanc",
        f"Share a study: python3 {place}/{SHARE} STUDY-INSTANCE-UID",
    )
