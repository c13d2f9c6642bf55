"""Refuses packages that import names which do not exist, before the bundler spends minutes on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ohifbuild.packages.export_lists import read_export_lists
from ohifbuild.packages.missing_names import missing_names
from ohifbuild.packages.package_files import read_package_files
from ohifbuild.sources.bundler_findings import Finding, refuse


def check_imports(tree: Path, places: Mapping[Path, Path], allowed: Sequence[str] = ()) -> list[Finding]:
    """Compares what packages import with what the patched source tree exports.

    Args:
        places: for the folder of each package in ``tree``, the folder that the user gave.
        allowed: the missing exports that the recipe accepts.

    Returns:
        the findings that are accepted.

    Raises:
        BundleFailed: at least one name does not exist; ``details`` has each with its line and edit.
    """
    if not places:
        return []
    lists = read_export_lists(tree)
    findings = []
    for copy, given in places.items():
        for each in missing_names(read_package_files(copy), lists):
            place = each.name.place
            source = each.file.text.split("\n")[place.line - 1]
            missing = f"{each.module} {each.name.name}"
            file = given / each.file.path
            findings.append(Finding(file, place.line, place.column, each.what, each.advice, True, source, missing))
    return refuse(findings, allowed=allowed)
