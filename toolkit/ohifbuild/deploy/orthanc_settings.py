"""Merges the token filter's settings into the configuration of an existing Orthanc, or Debian's.

Orthanc reads one file, or a folder in which no two files may have the same section (1.10.1: "The configuration section
"DicomWeb" is defined in 2 different configuration files"). So a file with the filter's settings cannot be added beside
Debian's. The settings are merged here, and Orthanc is started with the result only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from ohifbuild.core.documents import parse_json
from ohifbuild.core.paths import is_folder
from ohifbuild.core.text_files import read_text

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
"""The paths of studies and plugins in Debian's packages. With Orthanc's default encoding, Latin1, its answers lose the
letters of all other alphabets."""

PYTHON = "libOrthancPython.so"
"""Must be loaded before the DICOMweb plugin: if both answer a path, Orthanc takes the first."""

NOT_UTF8 = "Latin1"
"""``DefaultEncoding`` in Orthanc's and Debian's own configuration. A clinic that chose it looks the same, so the change
is one of the steps."""

STRING_OR_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
"""Orthanc's configuration is JSON with the comments of C++."""

SAMPLES = frozenset({"", "/etc/orthanc/sample.py"})
"""The script in Debian's configuration, which does nothing."""

PATHS = frozenset({"StorageDirectory", "IndexDirectory", "Plugins", "LuaScripts", "PythonScript"})

FILTER = "token_filter.py"


KEPT_OF_FILTER = frozenset({"AuthService", "RenderVideos"})
"""What an administrator decides in ``TokenFilter``: tokens of an orthanc-auth-service remain valid beside those of the
file, and a DICOMweb plugin of 1.19 or newer renders videos itself, and more than the filter's script can."""


class SettingsUnusable(Exception):
    """The settings of an existing Orthanc cannot be used; the text is one line with the reason."""


def whole(ours: Mapping[str, Any], existing: Mapping[str, Any]) -> dict[str, Any]:
    """Orthanc's complete configuration: our settings replace existing ones, and those replace Debian's."""
    merged = {**LIKE_DEBIAN, **existing, **ours}
    # If two scripts filter requests, Orthanc uses the one that it loaded last.
    theirs = [name for name in existing.get("LuaScripts", []) if name not in ours["LuaScripts"]]
    merged["LuaScripts"] = [*theirs, *ours["LuaScripts"]]
    merged["DicomWeb"] = {**existing.get("DicomWeb", {}), **ours["DicomWeb"]}
    kept = {name: value for name, value in existing.get("TokenFilter", {}).items() if name in KEPT_OF_FILTER}
    merged["TokenFilter"] = {**ours["TokenFilter"], **kept}
    merged["Plugins"] = _with_plugins({**LIKE_DEBIAN, **existing}["Plugins"], ours.get("Plugins", []))
    if existing.get("DefaultEncoding") == NOT_UTF8:
        merged["DefaultEncoding"] = LIKE_DEBIAN["DefaultEncoding"]
    return merged


def changed_steps(existing: Mapping[str, Any]) -> tuple[str, ...]:
    """What an administrator should know about settings that ``whole`` could not keep, or not put in order."""
    steps = []
    if existing.get("DefaultEncoding") == NOT_UTF8:
        steps.append(
            "DefaultEncoding is now Utf8, because Latin1, Debian's default, loses the letters of other alphabets. If "
            "you chose Latin1 for studies that do not name their character set, set it again in orthanc.json"
        )
    unknown = [path for path in existing.get("Plugins", []) if not path.endswith(".so") and not is_folder(Path(path))]
    if unknown:
        steps.append(
            f"In Plugins of orthanc.json, name each plugin instead of the folder {unknown[0]}, which is not on this "
            f"machine: {PYTHON} first. Orthanc loads a folder in any order"
        )
    return tuple(steps)


def _with_plugins(theirs: list[str], ours: list[str]) -> list[str]:
    """All plugins by their files, Python first.

    Orthanc loads the plugins of a folder in the order of the folder's entries, which differs between machines, and does
    not start if a plugin is named twice, by its file and by its folder. So a folder on this machine is replaced by its
    files. The filter needs two plugins, which are added if they are installed later.
    """
    files = [path for entry in theirs for path in _plugins_in(entry)]
    needed = LIKE_DEBIAN["Plugins"] if all(path.endswith(".so") for path in files) else []
    for path in (*ours, *needed):
        names = {PurePosixPath(each).name for each in files}
        folders = {PurePosixPath(each) for each in files}
        if PurePosixPath(path).name not in names and PurePosixPath(path).parent not in folders:
            files.append(path)
    return sorted(files, key=lambda path: not path.endswith(PYTHON))


def _plugins_in(entry: str) -> list[str]:
    """A plugin, or the plugins of a folder, which Orthanc finds by their suffix."""
    folder = Path(entry)
    return sorted(str(path) for path in folder.iterdir() if path.suffix == ".so") if is_folder(folder) else [entry]


def existing_settings(path: Path) -> dict[str, Any]:
    """The settings of an existing Orthanc.

    Args:
        path: its configuration file, or a folder from which Orthanc reads every ``*.json``.

    Raises:
        SettingsUnusable: the settings cannot be read, or name another Python script. Orthanc runs only one.
    """
    settings = dict(_read(path))
    # "Python.Path" is another name for "PythonScript" (Python plugin 4.1 and newer).
    section = settings.get("Python")
    script = str(settings.get("PythonScript") or (section.get("Path", "") if isinstance(section, dict) else ""))
    if script not in SAMPLES and Path(script).name != FILTER:
        raise SettingsUnusable(
            f"Orthanc runs only one PythonScript, and {script} is already set; give a copy of {path} without it"
        )
    return settings


def _read(existing: Path) -> Iterator[tuple[str, Any]]:
    seen: dict[str, Path] = {}
    files = sorted(existing.glob("*.json")) if is_folder(existing) else [existing]
    if not files:
        raise SettingsUnusable(f"there is no *.json in {existing}")
    for path in files:
        try:
            text = STRING_OR_COMMENT.sub(lambda found: found[1] or " ", read_text(path))
            sections = parse_json(text)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise SettingsUnusable(f"{path} cannot be read as Orthanc's configuration: {reason}") from error
        if not isinstance(sections, dict):
            raise SettingsUnusable(f"{path} cannot be read as Orthanc's configuration: expected an object")
        for name, value in sections.items():
            if name in seen:
                raise SettingsUnusable(f"{name} is in both {seen[name]} and {path}")
            seen[name] = path
            yield str(name), _absolute(value, path.parent.absolute()) if name in PATHS else value


def _absolute(value: Any, folder: Path) -> Any:
    """Makes paths absolute; Orthanc's are relative to the folder of its configuration."""
    if isinstance(value, list):
        return [_absolute(item, folder) for item in value]
    return str(folder / value) if isinstance(value, str) and value else value
