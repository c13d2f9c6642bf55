"""Reads extension and mode packages: npm packages in the two forms that ohifbuild takes.

An OHIF package is one that OHIF's own tools make: the default export of its entry is the extension or the mode. It is
compiled into a build from source, or bundled for run time.

A run-time package names its modules in ``package.json`` and is always loaded by the browser as ES modules::

    "ohifbuild": {"extension": "./src/extension.js", "modes": ["./src/mode.js"]}

(Only ohifbuild's own package may have ``early``, a script for the start of the page.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild.core.digests import digest_of
from ohifbuild.core.paths import is_file
from ohifbuild.packages.between import problems_between
from ohifbuild.packages.entry import find_entry, find_id, find_kind, is_library
from ohifbuild.packages.files import BUILT, file_problems, is_inside, sources_of
from ohifbuild.packages.imports import imports_of
from ohifbuild.packages.manifest import Ranges, ranges, read_manifest
from ohifbuild.packages.problems import PackageProblem, refuse

KEYS = frozenset({"early", "extension", "modes"})
# npm's rule for new packages; the name is also written to the SBOM.
NAME = re.compile(r"(?=.{1,214}$)(?!node_modules$)(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*")
# Of Semantic Versioning, and what older packages have; the version names a folder of a plugin.
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,127}")
INSTALL_SCRIPTS = ("preinstall", "install", "postinstall")


@dataclass(frozen=True)
class Package:
    """An npm package with an OHIF extension, modes, or both.

    Args:
        root: its folder, absolute; the paths below are relative to it and start with ``./``.
        source: what the user calls it: its folder, or where it comes from.
        name: its name, which is usually also the id of its extension or mode.
        version: its version; ``0.0.0`` if it has none.
        licence: its ``license``, or "".
        extension: the module whose default export is the extension, or None.
        modes: the modules whose default exports are modes.
        library: the entry of a package that has neither, and that other packages import; else None.
        early: the script for the start of the page; only ohifbuild's own package has one.
        only_at_run_time: whether it has an ``ohifbuild`` key, so that it is never compiled in.
        dependencies: names and ranges of its ``dependencies``.
        peers: names and ranges of its ``peerDependencies``.
        digest: of the files that can get into a viewer.
        imported: names and ranges of the packages that its code imports, from ``dependencies``, else from
            ``peerDependencies``, else from ``devDependencies``.
        with_built: whether ``dist/`` belongs to it, because an entry lies there.
        id: the id that its code states as a constant; None if it is computed.
        notes: what is unusual about it, and does not keep it from use: clauses that follow its name.
    """

    root: Path
    name: str
    version: str
    licence: str
    extension: str | None
    modes: tuple[str, ...]
    library: str | None
    early: str | None
    only_at_run_time: bool
    dependencies: Ranges
    peers: Ranges
    digest: str
    imported: Ranges = ()
    with_built: bool = False
    id: str | None = None
    notes: tuple[str, ...] = ()
    source: str = ""

    @property
    def kind(self) -> str:
        """``extensions`` or ``modes``: OHIF's folder, and its list in ``pluginConfig.json``."""
        return "modes" if self.modes and not self.extension else "extensions"

    @property
    def entry(self) -> str:
        """The module of a package that is compiled in."""
        return self.extension or self.library or self.modes[0]


def read_packages(
    roots: Iterable[Path] | Mapping[str, Path], *, earlier: Sequence[PackageProblem] = ()
) -> tuple[Package, ...]:
    """Reads the packages at ``roots``, which may have names by which the user calls them.

    Args:
        earlier: problems that were found before, to be reported with those of reading.

    Raises:
        ExtensionInvalid: at least one cannot be used, or they do not fit one another; ``details`` lists all problems.
    """
    packages: list[Package] = []
    problems: list[PackageProblem] = list(earlier)
    named = roots.items() if isinstance(roots, Mapping) else ((str(root), root) for root in roots)
    for source, root in named:
        try:
            packages.append(_read(root.resolve(), source, ours=False))
        except _Unusable as error:
            problems += error.problems
    refuse(problems + problems_between(packages))
    return tuple(packages)


def read_own_package(root: Path) -> Package:
    """Reads ohifbuild's own package, which alone may have ``early``.

    Raises:
        ExtensionInvalid: it cannot be used.
    """
    try:
        return _read(root.resolve(), str(root), ours=True)
    except _Unusable as error:
        refuse(error.problems)
        raise


def digest_of_packages(packages: Iterable[Package]) -> str:
    """A digest of the packages' names and contents; their order has no effect."""
    return digest_of(sorted([package.name, package.digest] for package in packages))


class _Unusable(Exception):
    def __init__(self, problems: list[PackageProblem]) -> None:
        super().__init__(problems)
        self.problems = problems


class _Reading:
    """The problems and notes of one package, collected while it is read."""

    def __init__(self, root: Path, source: str) -> None:
        self.root, self.source = root, source
        self.problems: list[PackageProblem] = []
        self.notes: list[str] = []

    def add(self, what: str, fix: str) -> None:
        self.problems.append(PackageProblem(self.source, what, fix))

    def module(self, path: object) -> str | None:
        """The path of a module as ``./PATH``; None, and a problem, if it is not a file in the package."""
        if not isinstance(path, str) or not is_inside(self.root, path):
            self.add(f"it names {path!r}, which is not a path in the package", "Name a module of the package.")
        elif not is_file(self.root / path):
            self.add(f"it names {path}, which does not exist", "Name a module of the package.")
        else:
            return "./" + (self.root / path).resolve().relative_to(self.root).as_posix()
        return None


def _read(root: Path, source: str, *, ours: bool) -> Package:
    reading = _Reading(root, source)
    try:
        manifest = read_manifest(root)
    except ValueError as error:
        reading.add(str(error), "Give the folder of an npm package.")
        raise _Unusable(reading.problems) from error
    name = manifest.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        reading.add(f"npm does not allow its name {str(name)[:60]!r}", "Use lower-case letters, digits and -.")
    version = manifest.get("version", "0.0.0")
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        reading.add(f"npm does not allow its version {str(version)[:60]!r}", 'Write for example: "version": "1.0.0"')
    at_run_time = "ohifbuild" in manifest
    parts = manifest["ohifbuild"] if at_run_time else _parts(reading, manifest)
    library = None if at_run_time else parts.get("library")
    extension, modes, early = (None, (), None) if library else _modules(reading, parts, ours=ours)
    entries = tuple(filter(None, (extension, library, *modes)))
    with_built = any(entry.startswith(f"./{BUILT}/") for entry in entries)
    for problem in file_problems(root, with_built=with_built):
        reading.add(problem.what, problem.fix)
    if reading.problems:
        raise _Unusable(reading.problems)
    scripts = manifest.get("scripts")
    for script in INSTALL_SCRIPTS:
        if isinstance(scripts, dict) and script in scripts:
            reading.notes.append(f"has the script {script}, which never runs")
    id_ = None if ours else find_id(root, entries[0])
    if id_ and id_ != name and not at_run_time:
        reading.notes.append(f"has the id '{id_}': a mode has to name it by that, and to load it by its package's name")
    return Package(
        root=root,
        source=source,
        name=str(name),
        version=str(version),
        licence=str(manifest.get("license", "")),
        extension=extension,
        modes=modes,
        library=library,
        early=early,
        only_at_run_time=at_run_time,
        dependencies=ranges(manifest, "dependencies"),
        peers=ranges(manifest, "peerDependencies"),
        digest=digest_of(sources_of(root, with_built=with_built)),
        imported=_imported(root, manifest, entries),
        with_built=with_built,
        id=id_,
        notes=tuple(reading.notes),
    )


def _parts(reading: _Reading, manifest: dict[str, Any]) -> dict[str, Any]:
    """The modules of an OHIF package, in the form of the ``ohifbuild`` key."""
    entry = find_entry(reading.root, manifest)
    if isinstance(entry, str):
        reading.add(entry, 'Write for example: "module": "src/index.tsx"')
        return {}
    reading.notes += entry.notes
    if is_library(reading.root / entry.path):
        reading.notes.append("has no default export; it is taken for a library of other packages")
        return {"library": entry.path}
    kind = find_kind(reading.root, manifest, entry.path)
    if kind is None:
        reading.add(
            "its 'keywords' say neither ohif-extension nor ohif-mode, and its code does not say it either",
            'Write for example: "keywords": ["ohif-extension"]',
        )
        return {}
    reading.notes += filter(None, [kind[1]])
    return {"extension": entry.path} if kind[0] == "extensions" else {"modes": [entry.path]}


def _modules(reading: _Reading, parts: object, *, ours: bool) -> tuple[str | None, tuple[str, ...], str | None]:
    if not isinstance(parts, dict):
        reading.add("its 'ohifbuild' is not an object", 'Write for example: {"extension": "./src/extension.js"}')
        return None, (), None
    for key in sorted(parts.keys() - (KEYS if ours else KEYS - {"early"})):
        reading.add(f"its 'ohifbuild' has the unknown key '{key}'", "The known keys are extension and modes.")
    modes = parts.get("modes", [])
    if not isinstance(modes, list) or len(modes) != len({str(mode) for mode in modes}):
        reading.add("its 'modes' is not a list of different modules", 'Write for example: "modes": ["./mode.js"].')
        modes = []
    if not reading.problems and not (modes or parts.get("extension")):
        reading.add("it has neither an extension nor modes", "Add one of them to its 'ohifbuild' key.")
    extension = reading.module(parts["extension"]) if parts.get("extension") else None
    early = reading.module(parts["early"]) if parts.get("early") else None
    return extension, tuple(str(reading.module(mode)) for mode in modes), early


def _imported(root: Path, manifest: dict[str, Any], entries: tuple[str, ...]) -> Ranges:
    listed: dict[str, str] = {}
    for key in ("devDependencies", "peerDependencies", "dependencies"):  # the last one wins
        listed |= dict(ranges(manifest, key))
    packages = imports_of(root, entries).packages - {manifest.get("name")}
    return tuple(sorted((name, listed[name]) for name in packages if name in listed))
