"""Whether packages fit an OHIF release: judged by what breaks.

Only the ranges for ``@ohif/core`` and React decide about a release. OHIF's own tools wrote ranges for other packages
that no release ever met (``@ohif/i18n ^1.0.0``, ``@ohif/extension-default ^1.0.1``), and peers such as ``webpack`` that
no viewer needs. A viewer has one React, and code for an older one runs in it, so a range only must not need newer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ohifbuild.packages.npm_ranges import needs_newer, satisfies
from ohifbuild.packages.package import Package
from ohifbuild.packages.problems import PackageProblem

CORE = "@ohif/core"
REACT = ("react", "react-dom")


def release_problems(packages: Sequence[Package], versions: Mapping[str, str]) -> list[PackageProblem]:
    """The packages that cannot work with a release.

    Args:
        versions: the version of each package in OHIF's source, and of ``react`` and ``react-dom``, by name.
    """
    found = []
    for package in packages:
        if package.name in versions:
            what, fix = f"OHIF already has a package '{package.name}'", "Choose another name."
            found.append(PackageProblem(package.source, what, fix))
        for name, wanted in dict(package.peers + package.dependencies).items():
            version = versions.get(name, "")
            if version and breaks(name, version, wanted):
                what = f"it requires {name} {wanted}, but this OHIF has {version}"
                fix = f'Build a release that has it, or write in its package.json: "{name}": ">={version}"'
                found.append(PackageProblem(package.source, what, fix))
    return found


def release_note(packages: Sequence[Package], versions: Mapping[str, str]) -> str:
    """One line about all ranges that the release does not meet, and that do not keep a package from use; or ""."""
    unmet = dict.fromkeys(
        f"{name} {wanted}"
        for package in packages
        for name, wanted in package.peers + package.dependencies
        if name in versions and not satisfies(versions[name], wanted)
    )
    names = ", ".join(package.name for package in packages if _unmet(package, versions))
    what = "asked for in versions that this OHIF does not have, which rarely matters"
    return f"{', '.join(unmet)}: {what} ({names})." if unmet else ""


def breaks(name: str, version: str, wanted: str) -> bool:
    """Whether code that asks for this range of a package cannot work with a version of it."""
    return not satisfies(version, wanted) if name == CORE else name in REACT and needs_newer(version, wanted)


def _unmet(package: Package, versions: Mapping[str, str]) -> bool:
    ranges = package.peers + package.dependencies
    return any(name in versions and not satisfies(versions[name], wanted) for name, wanted in ranges)
