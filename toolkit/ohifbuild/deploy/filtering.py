"""The files that make an Orthanc enforce tokens, for any deployment with one."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from ohifbuild.deploy.model import Plan
from ohifbuild.orthanc import SCRIPTS
from ohifbuild.orthanc.configuration import dicomweb, filtered

FILTER, GUARD, VIEWER = "token_filter.py", "closed_without_filter.lua", "viewer_files.py"
TOKENS = "tokens.json"


def filter_files(plan: Plan, folder: str, *, root: str, more: dict[str, Any] | None = None) -> dict[str, str]:
    """Scripts, an empty token file, and the settings that go into Orthanc's configuration, below ``folder``.

    Args:
        root: Orthanc's own DICOMweb root.
        more: further settings; those of ``TokenFilter`` are merged.
    """
    place = PurePosixPath(plan.place, folder)
    settings = {"DicomWeb": dicomweb(root), **filtered(plan.settings, place / FILTER, place / GUARD)}
    further = dict(more or {})
    settings["TokenFilter"] = {
        **settings["TokenFilter"],
        "Tokens": str(place / TOKENS),
        **further.pop("TokenFilter", {}),
    }
    texts = {name: (SCRIPTS / name).read_text(encoding="utf-8") for name in (FILTER, GUARD)}
    texts |= {TOKENS: "{}\n", "orthanc.json": json.dumps({**settings, **further}, indent=2) + "\n"}
    return {f"{folder}/{name}": text for name, text in texts.items()}
