"""The parts of Orthanc's configuration that make it enforce tokens, the paths of its scripts, and its token file."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

from ohifbuild.contract.grants import Tokens
from ohifbuild.contract.settings import Settings

FOLDER, SETTINGS, LINK, ACCESS_LOG = "orthanc", "orthanc.json", "link.json", "access.jsonl"
"""The folder of Orthanc in a deployment, and files in it: Orthanc's configuration, what a link looks like, the log."""

SCRIPTS = Path(__file__).parent / "scripts"
"""``token_filter.py``, the scripts that it imports, and ``closed_without_filter.lua``; none imports this package."""


def dicomweb_settings(root: str) -> dict[str, Any]:
    """The settings of the DICOMweb plugin, without WADO-URI, because that names studies in a different way.

    Args:
        root: the path of the DICOMweb root, without a slash at the end.
    """
    return {"Enable": True, "Root": f"{root}/", "EnableWado": False}


def token_filter_settings(settings: Settings, filter_script: PurePath, guard_script: PurePath) -> dict[str, Any]:
    """The settings that load the token filter; the caller adds the sources of tokens to ``TokenFilter``.

    Orthanc's own passwords are off: Orthanc would ask for one before it runs the filter, and the user of a link has
    none.
    """
    return {
        "AuthenticationEnabled": False,
        "PythonScript": str(filter_script),
        "LuaScripts": [str(guard_script)],
        "WebDavEnabled": False,
        "TokenFilter": {"Header": settings.token_header, "Scheme": settings.token_scheme},
    }


LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def write_token_file(path: Path, tokens: Tokens, *, administrator: str = "") -> None:
    """Writes the digest and the grant of each token. The file is replaced atomically, and only its owner can read it.

    Args:
        administrator: a token that gives access to everything in Orthanc; '' for none.
    """
    entries: dict[str, Any] = {
        _digest(token): {"studies": sorted(grant.studies), "patients": sorted(grant.patients)}
        for token, grant in tokens.grants.items()
    }
    expired = LONG_AGO.isoformat()
    every_study = sorted({uid for grant in tokens.grants.values() for uid in grant.studies})
    entries |= {_digest(token): {"studies": every_study, "expires": expired} for token in tokens.expired}
    if administrator:
        entries[_digest(administrator)] = {"everything": True}
    new = path.with_name(f".{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(entries, indent=2), encoding="utf-8")
    new.replace(path)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
