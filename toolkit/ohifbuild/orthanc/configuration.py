"""The parts of Orthanc's configuration that make it enforce tokens."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from ohifbuild.contract.settings import Settings


def dicomweb(root: str) -> dict[str, Any]:
    """DICOMweb at ``root`` (a path without a slash at the end), and no WADO-URI: it names studies in its own way."""
    return {"Enable": True, "Root": f"{root}/", "EnableWado": False}


def filtered(settings: Settings, filter_script: PurePath, guard_script: PurePath) -> dict[str, Any]:
    """What loads the token filter; the sources of tokens go into ``TokenFilter``.

    Orthanc's own passwords are off, as it would ask for one before it asks the filter, and the link's user has none.
    """
    return {
        "AuthenticationEnabled": False,
        "PythonScript": str(filter_script),
        "LuaScripts": [str(guard_script)],
        "WebDavEnabled": False,
        "TokenFilter": {"Header": settings.token_header, "Scheme": settings.token_scheme},
    }
