"""Checks of an extension or mode package: each is a function from a package and a release to a finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ohifbuild.core.errors import ExtensionInvalid
from ohifbuild.core.paths import exists
from ohifbuild.doctor.findings import Check, Finding, Spot
from ohifbuild.packages.export_lists import ExportLists
from ohifbuild.packages.fit import REACT, breaks
from ohifbuild.packages.npm_ranges import satisfies
from ohifbuild.packages.package import read_packages
from ohifbuild.packages.package_files import PackageFiles
from ohifbuild.packages.peers import at_least

MANIFEST = "package.json"
# In React's own code and nowhere else, up to 18 and from 19 on.
REACT_INSIDE = re.compile(
    r"(?:exports\.__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED|exports\.__CLIENT_INTERNALS_DO_NOT_USE_OR_WARN\w+)\s*="
)
SCRIPTS = ("preinstall", "install", "postinstall", "prepare")
LARGE, TOO_LARGE = 10_000_000, 100_000_000


@dataclass(frozen=True)
class Target:
    """The OHIF release that a package is checked for.

    Args:
        version: its version.
        lists: what its packages export; None if that could not be read.
        versions: the names and versions of its own packages and of the packages that they declare.
        why_not: why something of it is unknown, as a clause; "" if nothing is.
        published: whether ``lists`` are those of the published viewer, which lacks names that OHIF itself does not use.
    """

    version: str
    lists: ExportLists | None
    versions: dict[str, str]
    why_not: str = ""
    published: bool = False


def usable(package: PackageFiles, target: Target) -> Finding:
    """What every build checks: schema, name, keywords, entry, links."""
    check = Check("package", "Package")
    try:
        (read,) = read_packages([package.root])
    except ExtensionInvalid as error:
        found = f"{error.what}\n{error.details}".strip()
        return check.wrong(found, "No build takes the package.", error.fix)
    return check.right(f"{read.name} {read.version}, {read.kind[:-1]} in {read.entry}")


def main_module(package: PackageFiles, target: Target) -> Finding:
    """Names of files in the manifest that do not exist."""
    check = Check("files", "Files in package.json")
    spots = []
    for key in ("main", "module", "types", "source"):
        value = package.document.get(key)
        if isinstance(value, str) and "\0" not in value and not exists(package.root / value):
            spots.append(
                spot_in_manifest(package, f"{key} names {value}, which does not exist", _entry_edit(package, key), key)
            )
    if spots:
        return check.note("A file that package.json names does not exist.", "Other tools look for it.", spots=spots)
    return check.right("All exist.")


def react(package: PackageFiles, target: Target) -> Finding:
    """A React of the package's own: hooks fail in the browser if there are two."""
    check = Check("react", "One React")
    spots = [
        spot_in_manifest(package, f"it depends on {name}", f'Move "{name}" to peerDependencies.', "dependencies", name)
        for name in REACT
        if name in table_of(package, "dependencies")
    ]
    spots += [
        Spot(
            source.path, source.text[: found.start()].count("\n") + 1, "React is in this file", "Bundle without React."
        )
        for source in package.sources
        if (found := REACT_INSIDE.search(source.text))
    ]
    if spots:
        effect = "A second React in the viewer makes every hook fail: 'Invalid hook call'."
        return check.wrong("The package brings a React of its own.", effect, "", spots=spots)
    nested = [name for name in REACT if (package.root / "node_modules" / name).is_dir()]
    if nested:
        said = f"node_modules has {' and '.join(nested)}; builds of ohifbuild ignore that folder."
        return check.note(said, "Other tools bundle that React, so that the viewer has two.")
    return check.right("The viewer's.")


def peers(package: PackageFiles, target: Target) -> Finding:
    """Peer dependencies that the release cannot meet."""
    check = Check("peers", "Peer dependencies")
    wrong: list[Spot] = []
    notes: list[Spot] = []
    for name, wanted in table_of(package, "peerDependencies").items():
        version = target.versions.get(name, "")
        if not version or satisfies(version, str(wanted)):
            continue
        edit = f'Write: "{name}": "{at_least(version)}"'
        spot = spot_in_manifest(
            package, f"{name} {wanted}, and OHIF {target.version} has {version}", edit, "peerDependencies", name
        )
        (wrong if breaks(name, version, str(wanted)) else notes).append(spot)
    if wrong:
        found = f"OHIF {target.version} does not meet a peer dependency that decides whether the package works."
        return check.wrong(found, "The package was written for another OHIF or React.", "", spots=[*wrong, *notes])
    if notes:
        found = f"{len(notes)} of the ranges are not those of OHIF {target.version}."
        return check.note(found, "Nothing fails, because OHIF gives what it has.", spots=notes)
    return check.not_checked(target.why_not) if not target.versions else check.right("The release meets all.")


def scripts(package: PackageFiles, target: Target) -> Finding:
    """Scripts that npm would run at installation."""
    check = Check("scripts", "Install scripts")
    spots = [
        spot_in_manifest(
            package,
            f"{name} runs: {table_of(package, 'scripts')[name]}",
            "Do its work before publishing.",
            "scripts",
            name,
        )
        for name in SCRIPTS
        if name in table_of(package, "scripts")
    ]
    if spots:
        return check.note("The package has scripts that run at installation.", "They are never run here.", spots=spots)
    return check.right("None.")


def assets(package: PackageFiles, target: Target) -> Finding:
    """Files that make the viewer large."""
    check = Check("assets", "Sizes")
    large = [(name, size) for name, size in package.sizes if size >= LARGE]
    spots = [Spot(name, 0, f"{size / 1e6:.0f} MB", "Serve it from elsewhere, or leave it out.") for name, size in large]
    if any(size >= TOO_LARGE for _, size in large):
        return check.wrong("A file is larger than 100 MB.", "Each build copies and digests it.", "", spots=spots)
    if large:
        return check.note("Some files are large.", "Each build copies and digests them.", spots=spots)
    total = sum(size for _, size in package.sizes)
    return check.right(f"{total / 1e6:.1f} MB besides code.")


def licence(package: PackageFiles, target: Target) -> Finding:
    """The licence, which the list of components names."""
    check = Check("licence", "Licence")
    if package.document.get("license"):
        return check.right(str(package.document["license"]))
    spot = spot_in_manifest(package, "no 'license'", 'Write for example: "license": "MIT"', "license")
    return check.note("The package names no licence.", "The SBOM of a viewer cannot say it.", spots=[spot])


def _entry_edit(package: PackageFiles, key: str) -> str:
    return f'Write: "{key}": "{package.entries[0]}"' if package.entries and key != "types" else f"Remove {key}."


def spot_in_manifest(package: PackageFiles, found: str, change: str, *path: str) -> Spot:
    return Spot(MANIFEST, package.manifest.line(*path) if package.manifest else 0, found, change)


def table_of(package: PackageFiles, key: str) -> dict[str, Any]:
    table = package.document.get(key)
    return table if isinstance(table, dict) else {}


MANIFEST_CHECKS: Iterable[Callable[[PackageFiles, Target], Finding]] = (
    usable,
    main_module,
    react,
    peers,
    scripts,
    assets,
    licence,
)
