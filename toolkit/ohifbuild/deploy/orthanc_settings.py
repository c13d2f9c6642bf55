"""A whole configuration for Orthanc: that of an Orthanc that exists, or Debian's, and what enforces tokens over it.

Orthanc takes one file, or a folder of files of which no two may have a section of the same name (1.10.1: "The
configuration section "DicomWeb" is defined in 2 different configuration files"). So the filter's settings cannot just
be put beside Debian's: they are merged here, and Orthanc is started with the result alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

LIKE_DEBIAN: Mapping[str, Any] = {
    "Name": "Orthanc",
    "StorageDirectory": "/var/lib/orthanc/db-v6",
    "IndexDirectory": "/var/lib/orthanc/db-v6",
    "Plugins": [
        "/usr/share/orthanc/plugins/libOrthancPython.so",
        "/usr/share/orthanc/plugins/libOrthancDicomWeb.so",
    ],
    "DefaultEncoding": "Utf8",
}
"""Where Debian's packages keep studies and plugins. With Orthanc's own default encoding, Latin1, its answers lose every
letter of other alphabets."""

PYTHON = "libOrthancPython.so"
"""Has to be loaded before the DICOMweb plugin, to answer what that cannot: of two Orthanc asks the first."""

STRING_OR_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
"""Orthanc's configuration is JSON with the comments of C++."""

SAMPLES = frozenset({"", "/etc/orthanc/sample.py"})
"""What Debian's package names, and that does nothing."""

PATHS = frozenset({"StorageDirectory", "IndexDirectory", "Plugins", "LuaScripts", "PythonScript"})

FILTER = "token_filter.py"


class SettingsUnusable(Exception):
    """The settings of an existing Orthanc cannot be taken; the text says why, in a line."""


def whole(ours: Mapping[str, Any], existing: Mapping[str, Any]) -> dict[str, Any]:
    """Orthanc's configuration: ours over the existing one, and that over Debian's."""
    merged = {**LIKE_DEBIAN, **existing, **ours}
    # Of two scripts that filter requests Orthanc asks the one that it read last.
    theirs = [name for name in existing.get("LuaScripts", []) if name not in ours["LuaScripts"]]
    merged["LuaScripts"] = [*theirs, *ours["LuaScripts"]]
    merged["DicomWeb"] = {**existing.get("DicomWeb", {}), **ours["DicomWeb"]}
    # Tokens of an orthanc-auth-service are good beside those of the file.
    service = {name: value for name, value in existing.get("TokenFilter", {}).items() if name == "AuthService"}
    merged["TokenFilter"] = {**service, **ours["TokenFilter"]}
    merged["Plugins"] = _with_plugins({**LIKE_DEBIAN, **existing}["Plugins"], ours.get("Plugins", []))
    return merged


def _with_plugins(theirs: list[str], ours: list[str]) -> list[str]:
    """Theirs and ours. Orthanc does not start if one is named twice, by itself and by its folder."""
    named = {PurePosixPath(path) for path in theirs}
    both = [*theirs, *(path for path in ours if not named & {PurePosixPath(path), PurePosixPath(path).parent})]
    return sorted(both, key=lambda path: not path.endswith(PYTHON))


def existing_settings(path: Path) -> dict[str, Any]:
    """What an Orthanc is configured with: a file, or a folder of which it reads every ``*.json``.

    Raises:
        SettingsUnusable: it cannot be read, or has a Python script of its own, of which Orthanc runs but one.
    """
    settings = dict(_read(path))
    script = str(settings.get("PythonScript", ""))
    if script not in SAMPLES and Path(script).name != FILTER:
        raise SettingsUnusable(f"Orthanc runs one PythonScript, and has {script} already; without it: a copy of {path}")
    return settings


def _read(existing: Path) -> Iterator[tuple[str, Any]]:
    seen: dict[str, Path] = {}
    files = sorted(existing.glob("*.json")) if existing.is_dir() else [existing]
    if not files:
        raise SettingsUnusable(f"there is no *.json in {existing}")
    for path in files:
        try:
            text = STRING_OR_COMMENT.sub(lambda found: found[1] or " ", path.read_text(encoding="utf-8"))
            sections = json.loads(text)
        except (OSError, ValueError) as error:
            raise SettingsUnusable(f"{path} cannot be read as Orthanc's configuration: {error}") from error
        if not isinstance(sections, dict):
            raise SettingsUnusable(f"{path} cannot be read as Orthanc's configuration: expected an object")
        for name, value in sections.items():
            if name in seen:
                raise SettingsUnusable(f"{name} is in both {seen[name]} and {path}")
            seen[name] = path
            yield str(name), _absolute(value, path.parent.absolute()) if name in PATHS else value


def _absolute(value: Any, folder: Path) -> Any:
    """Paths from where Orthanc would have started: the folder of its configuration."""
    if isinstance(value, list):
        return [_absolute(item, folder) for item in value]
    return str(folder / value) if isinstance(value, str) and value else value
