"""Reads extension and mode packages: npm packages in the two forms that ohifbuild takes.

An OHIF package has the keyword ``ohif-extension`` or ``ohif-mode``, as OHIF's own tools write it, and one entry: its
default export is the extension or the mode. It is compiled into a build from source, or bundled for run time.

A run-time package names its modules in ``package.json`` and is always loaded by the browser as ES modules::

    "ohifbuild": {"extension": "./src/extension.js", "modes": ["./src/mode.js"]}

(Only ohifbuild's own package may have ``early``, a script for the start of the page.)
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild.core.digests import digest_of, digest_of_tree
from ohifbuild.packages.problems import PackageProblem, refuse

KEYWORDS = {"ohif-extension": "extensions", "ohif-mode": "modes"}
KEYS = frozenset({"early", "extension", "modes"})
IGNORED = frozenset({"node_modules", ".git", "test", "tests", "__tests__", "coverage"})
# npm's rule for new packages; the name is also written to the SBOM.
NAME = re.compile(r"(?=.{1,214}$)(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*")


@dataclass(frozen=True)
class Package:
    """An npm package with an OHIF extension, modes, or both.

    Args:
        root: its folder, absolute; the paths below are relative to it and start with ``./``.
        name: its name, which is also the id of its extension or mode.
        version: its version; ``0.0.0`` if it has none.
        licence: its ``license``, or "".
        extension: the module whose default export is the extension, or None.
        modes: the modules whose default exports are modes.
        early: the script for the start of the page; only ohifbuild's own package has one.
        only_at_run_time: whether it has an ``ohifbuild`` key, so that it is never compiled in.
        dependencies: names and ranges of its ``dependencies``.
        peers: names and ranges of its ``peerDependencies``.
        digest: of the files that can get into a viewer.
    """

    root: Path
    name: str
    version: str
    licence: str
    extension: str | None
    modes: tuple[str, ...]
    early: str | None
    only_at_run_time: bool
    dependencies: tuple[tuple[str, str], ...]
    peers: tuple[tuple[str, str], ...]
    digest: str

    @property
    def kind(self) -> str:
        """``extensions`` or ``modes``: OHIF's folder, and its list in ``pluginConfig.json``."""
        return "extensions" if self.extension else "modes"

    @property
    def entry(self) -> str:
        """The module of a package that is compiled in."""
        return self.extension or self.modes[0]


def read_packages(roots: Iterable[Path]) -> tuple[Package, ...]:
    """Reads the packages at ``roots``.

    Raises:
        ExtensionInvalid: at least one cannot be used, or two have one name; ``details`` lists all problems.
    """
    packages: list[Package] = []
    problems: list[PackageProblem] = []
    for root in roots:
        try:
            packages.append(_read(root.resolve(), ours=False))
        except _Unusable as error:
            problems += error.problems
    seen: dict[str, Path] = {}
    for package in packages:
        if package.name in seen:
            what = f"{seen[package.name]} also has the name '{package.name}'"
            problems.append(PackageProblem(str(package.root), what, "Rename one."))
        seen[package.name] = package.root
    refuse(problems)
    return tuple(packages)


def read_own_package(root: Path) -> Package:
    """Reads ohifbuild's own package, which alone may have ``early``.

    Raises:
        ExtensionInvalid: it cannot be used.
    """
    try:
        return _read(root.resolve(), ours=True)
    except _Unusable as error:
        refuse(error.problems)
        raise


def digest_of_packages(packages: Iterable[Package]) -> str:
    """A digest of the packages' names and contents; their order has no effect."""
    return digest_of(sorted([package.name, package.digest] for package in packages))


def sources_of(root: Path) -> list[tuple[str, str]]:
    """Names and digests of all files in the package that can get into a viewer: no tests and no dependencies."""
    found = []
    for folder, folders, names in os.walk(root):
        if Path(folder) == root:
            folders[:] = [name for name in folders if name not in IGNORED]
        found += [
            (path.relative_to(root).as_posix(), digest_of_tree(path))
            for path in (Path(folder) / name for name in names)
            if path.is_file()
        ]
    return sorted(found)


class _Unusable(Exception):
    def __init__(self, problems: list[PackageProblem]) -> None:
        super().__init__(problems)
        self.problems = problems


class _Reading:
    """The problems of one package, collected while it is read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[PackageProblem] = []

    def add(self, what: str, fix: str) -> None:
        self.problems.append(PackageProblem(str(self.root), what, fix))

    def module(self, path: object) -> str | None:
        """The path of a module as ``./PATH``; None, and a problem, if it is not a file in the package."""
        if not isinstance(path, str) or not (self.root / path).resolve().is_relative_to(self.root):
            self.add(f"it names {path!r}, which is not a path in the package", "Name a module of the package.")
        elif not (self.root / path).is_file():
            self.add(f"it names {path}, which does not exist", "Name a module of the package.")
        else:
            return "./" + (self.root / path).resolve().relative_to(self.root).as_posix()
        return None


def _read(root: Path, *, ours: bool) -> Package:
    reading = _Reading(root)
    manifest = _manifest(reading)
    if reading.problems:
        raise _Unusable(reading.problems)
    name = manifest.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        reading.add(f"npm does not allow its name {str(name)[:60]!r}", "Use lower-case letters, digits and -.")
    at_run_time = "ohifbuild" in manifest
    parts = manifest["ohifbuild"] if at_run_time else _parts(reading, manifest)
    extension, modes, early = _modules(reading, parts, ours=ours)
    _check_links(reading)
    if reading.problems:
        raise _Unusable(reading.problems)
    return Package(
        root=root,
        name=str(name),
        version=str(manifest.get("version", "0.0.0")),
        licence=str(manifest.get("license", "")),
        extension=extension,
        modes=modes,
        early=early,
        only_at_run_time=at_run_time,
        dependencies=_ranges(manifest, "dependencies"),
        peers=_ranges(manifest, "peerDependencies"),
        digest=digest_of(sources_of(root)),
    )


def _manifest(reading: _Reading) -> dict[str, Any]:
    path = reading.root / "package.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        if isinstance(document, dict):
            return document
    except (OSError, ValueError, RecursionError):
        pass
    reading.add(f"{path} is missing or not a JSON object", "Give the folder of an npm package.")
    return {}


def _parts(reading: _Reading, manifest: dict[str, Any]) -> dict[str, Any]:
    """The modules of an OHIF package, in the form of the ``ohifbuild`` key."""
    keywords = manifest.get("keywords")
    kind = next((kind for word, kind in KEYWORDS.items() if isinstance(keywords, list) and word in keywords), None)
    if kind is None:
        reading.add(
            "its 'keywords' say neither ohif-extension nor ohif-mode",
            'Write for example: "keywords": ["ohif-extension"]',
        )
        return {}
    entry = manifest.get("module") or manifest.get("main")
    if not isinstance(entry, str):
        reading.add("it has no 'module'", 'Write for example: "module": "src/index.tsx"')
        return {}
    return {"extension": entry} if kind == "extensions" else {"modes": [entry]}


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


def _check_links(reading: _Reading) -> None:
    for folder, folders, names in os.walk(reading.root):
        if Path(folder) == reading.root:
            folders[:] = [name for name in folders if name not in IGNORED]
        for path in (Path(folder) / name for name in (*folders, *names)):
            if path.is_symlink() and not path.resolve().is_relative_to(reading.root):
                what = f"{path.relative_to(reading.root)} is a link to a file outside the package"
                reading.add(what, "Replace the link with a copy.")


def _ranges(manifest: dict[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    ranges = manifest.get(key)
    return (
        tuple(sorted((str(name), str(wanted)) for name, wanted in ranges.items())) if isinstance(ranges, dict) else ()
    )
