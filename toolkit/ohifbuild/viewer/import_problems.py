"""Turns what esbuild reports about a package into problems with the import, its place, and what solves it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ohifbuild.packages.package import Package
from ohifbuild.packages.problems import PackageProblem
from ohifbuild.viewer.esbuild_messages import Message
from ohifbuild.viewer.shared.modules import SharedModules, package_of

NO_EXPORT = re.compile(r'No matching export in "(?P<file>[^"]+)" for import "(?P<name>[^"]+)"')
UNDEFINED = re.compile(
    r'Import "(?P<name>[^"]+)" will always be undefined because there is no matching export in "(?P<file>[^"]+)"'
)
NOT_SHARED = re.compile(r'Could not resolve "[^"]+" \(originally "(?P<specifier>[^"]+)"\)')
MISSING = re.compile(r'Could not resolve "(?P<specifier>[^"]+)"$')
NO_LOADER = re.compile(r'No loader is configured for "(?P<suffix>[^"]+)" files: (?P<file>\S+)')
OF_NODE = "built into node"
# The host's own, and what stands for them: a second instance of one does not work with the first.
ONE_INSTANCE = re.compile(
    r"(?:@ohif/|@ohifbuild-shared/|@cornerstonejs/|(?:react|react-dom|react-i18next|i18next)(?:/|$))"
)
INSTALLED = re.compile(r"(?:^|/)node_modules/(?P<package>(?:@[^/]+/)?[^/]+)/(?!.*node_modules/)")
SECOND = "At run time a package gets OHIF's modules from the viewer, and a second copy of one would not work."
COMPILE = "Compile the package in: ohifbuild build --from git"


@dataclass(frozen=True)
class Reading:
    """What the messages are about.

    Args:
        home: the package's folder in the work folder, with a slash at the end.
        shared: what the viewer shares.
        files: what packages write to import a shared module, by the path of its shim.
        version, origin: those of the viewer.
    """

    package: Package
    home: str
    shared: SharedModules
    files: Mapping[str, str]
    version: str
    origin: str


def problems_of(reading: Reading, found: Iterable[Message]) -> list[PackageProblem]:
    """The problems of a package, each once, in the order of its files."""
    problems = [problem for message in sorted(found, key=_order) if (problem := _problem(reading, message))]
    return list(dict.fromkeys(problems))


def _order(message: Message) -> tuple[str, list[int]]:
    name, _, numbers = message.place.partition(":")
    return name, [int(number) for number in numbers.split(":") if number]


def second_instances(reading: Reading, inputs: Mapping[str, Any]) -> list[PackageProblem]:
    """The packages that only the viewer may have, and that were bundled from ``node_modules``.

    Args:
        inputs: the inputs in esbuild's metafile.
    """
    problems: dict[str, PackageProblem] = {}
    for importer, module in sorted(inputs.items()):
        for imported in module["imports"]:
            installed = INSTALLED.search(imported["path"])
            if not installed or not ONE_INSTANCE.match(installed["package"]):
                continue
            problems.setdefault(
                imported["path"],
                PackageProblem(
                    str(reading.package.root),
                    f"{importer.removeprefix(reading.home)} imports {imported.get('original', imported['path'])}, "
                    f"which the built OHIF {reading.version} ({reading.origin}) does not share",
                    COMPILE,
                    cause=SECOND,
                ),
            )
    return list(problems.values())


def from_elsewhere(reading: Reading, inputs: Iterable[str], folders: tuple[str, ...]) -> list[PackageProblem]:
    """The files that esbuild found outside of ``folders``: in a ``node_modules`` above the work folder.

    Args:
        inputs: the inputs in esbuild's metafile, relative to the work folder.
        folders: the folders in the work folder that may be read.
    """
    return [
        PackageProblem(
            str(reading.package.root),
            f"it imports {name.replace('../', '')}, which is installed outside of the package",
            "Name it in the 'dependencies' of its package.json.",
            cause="What stands in folders above a package can differ from one machine to the next.",
        )
        for name in sorted(inputs)
        if not name.startswith((*(f"{folder}/" for folder in folders), "<"))
    ]


def _problem(reading: Reading, message: Message) -> PackageProblem | None:
    place = message.place.removeprefix(reading.home)
    package = str(reading.package.root)
    viewer = f"OHIF {reading.version} ({reading.origin})"
    absent = NO_EXPORT.search(message.text) or UNDEFINED.search(message.text)
    if absent and absent["file"] in reading.files:
        return _absent(reading, place, absent["name"], reading.files[absent["file"]])
    if message.level == "WARNING":
        return None
    missing = MISSING.search(message.text)
    if found := NOT_SHARED.search(message.text) or (missing if missing and ONE_INSTANCE.match(missing[1]) else None):
        return PackageProblem(
            package,
            f"{place} imports {found['specifier']}, which the built {viewer} does not share",
            COMPILE,
            cause=SECOND,
        )
    if missing:
        return _missing(package, place, missing["specifier"], message)
    if found := NO_LOADER.search(message.text):
        return PackageProblem(
            package,
            f"{place or found['file']} imports a {found['suffix']} file, which only OHIF's own bundler reads",
            COMPILE,
            cause="At run time a package can use JavaScript, TypeScript, JSON, CSS, images and fonts.",
        )
    return PackageProblem(
        package,
        f"esbuild cannot bundle {place or 'it'}: {message.text}",
        "Correct the code.",
        "\n".join(message.lines[1:]).strip("\n"),
        cause="The package's code is not valid, or it imports a file that does not exist.",
    )


def _absent(reading: Reading, place: str, name: str, specifier: str) -> PackageProblem:
    package, release = str(reading.package.root), f"OHIF {reading.version}"
    if name in reading.shared.modules[specifier].unused:
        return PackageProblem(
            package,
            f"{place} imports {name} from {specifier}, which the built {release} ({reading.origin}) lacks",
            COMPILE,
            cause="A built viewer has only the exports that OHIF itself uses.",
            missing=f"{specifier} {name}",
            place=place,
        )
    return PackageProblem(
        package,
        f"{place} imports {name} from {specifier}, which {release} does not export",
        f"See where it is now: ohifbuild doctor {package}",
        cause="The package was written for another release of OHIF.",
        missing=f"{specifier} {name}",
        place=place,
    )


def _missing(package: str, place: str, specifier: str, message: Message) -> PackageProblem:
    if specifier.startswith("."):
        return PackageProblem(
            package,
            f"{place} imports {specifier}, which is not a file of the package",
            "Correct the path.",
            cause="At run time a package has its own files only.",
        )
    if any(OF_NODE in line for line in message.lines):
        return PackageProblem(
            package,
            f"{place} imports {specifier}, which is a module of Node",
            "Use what browsers have instead, or a package for browsers.",
            cause="A browser has none of Node's modules.",
        )
    return PackageProblem(
        package,
        f"{place} imports {specifier}, which neither the viewer nor the package has",
        f"Add {package_of(specifier)} to the 'dependencies' in its package.json.",
        cause="The viewer does not share it, and the package's package.json does not name it.",
    )
