"""Finds an installed Orthanc and its plugins."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.core.errors import OrthancMissing, OrthancUnsuitable

PROGRAM_VARIABLE = "OHIFBUILD_ORTHANC"
PLUGINS_VARIABLE = "OHIFBUILD_ORTHANC_PLUGINS"

PROGRAMS = ("Orthanc", "/usr/sbin/Orthanc", "/usr/local/sbin/Orthanc")
"""Debian installs it in /usr/sbin, which is only on root's PATH."""

PLUGIN_FOLDERS = (
    "/usr/share/orthanc/plugins",
    "/usr/share/orthanc/plugins-available",
    "/usr/local/share/orthanc/plugins",
    "/usr/lib/orthanc",
)

OLDEST = (1, 10, 0)
"""The oldest version that ohifbuild was tested with."""

INSTALL = "Install Orthanc and its plugins: apt install orthanc orthanc-dicomweb orthanc-python"


@dataclass(frozen=True)
class Orthanc:
    """An installed Orthanc."""

    program: Path
    dicomweb: Path
    python: Path


def find_orthanc() -> Orthanc:
    """The Orthanc of ``$OHIFBUILD_ORTHANC``, the PATH, or where distributions put it, with both plugins.

    Raises:
        OrthancMissing: the program or a plugin is missing.
    """
    return Orthanc(
        program=_program(),
        dicomweb=_plugin("OrthancDicomWeb", "DICOMweb", "orthanc-dicomweb"),
        python=_plugin("OrthancPython", "Python", "orthanc-python"),
    )


def check_version(version: str) -> None:
    """Checks that ohifbuild supports a version of Orthanc; versions that are not numbers are accepted.

    Raises:
        OrthancUnsuitable: the version is too old.
    """
    numbers = version.split(".")
    if all(number.isdecimal() for number in numbers) and tuple(map(int, numbers)) < OLDEST:
        raise OrthancUnsuitable(
            f"Orthanc {version} is too old.",
            cause=f"The token filter was tested with Orthanc {'.'.join(map(str, OLDEST))} and newer.",
            fix=INSTALL.replace("Install", "Update"),
        )


def _program() -> Path:
    named = os.environ.get(PROGRAM_VARIABLE)
    for name in (named,) if named else PROGRAMS:
        found = shutil.which(name)
        if found:
            return Path(found).absolute()
    raise OrthancMissing(
        f"${PROGRAM_VARIABLE} names {named}, and there is no Orthanc." if named else "Orthanc was not found.",
        cause="It is not installed, or it is in an unusual place.",
        fix=f"{INSTALL}; or set ${PROGRAM_VARIABLE} to the path of the program.",
    )


def _plugin(library: str, title: str, package: str) -> Path:
    named = os.environ.get(PLUGINS_VARIABLE)
    folders = named.split(os.pathsep) if named else PLUGIN_FOLDERS
    for folder in map(Path, folders):
        # The shortest name first: a name with a version beside it is the same file.
        for found in sorted(folder.glob(f"lib{library}.so*"), key=lambda path: len(path.name)):
            return found.absolute()
    raise OrthancMissing(
        f"Orthanc has no {title} plugin.",
        cause=f"There is no lib{library}.so in {', '.join(map(str, folders))}.",
        fix=f"Install it: apt install {package}; or set ${PLUGINS_VARIABLE} to its folder.",
    )
