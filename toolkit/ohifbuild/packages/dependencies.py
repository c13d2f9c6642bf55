"""The packages that a recipe's packages need and OHIF does not have: which they are, and how the lock states them.

What a package's code imports is looked for in this order: the other packages of the recipe; OHIF's own, if the range
is met or if there must be only one of it; the versions of the package's lockfile; the registry. The result is frozen in
the lock with integrities, so that later builds ask nobody and give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.core.digests import digest_of, digest_of_tree
from ohifbuild.packages.npm_ranges import satisfies
from ohifbuild.packages.package import Package
from ohifbuild.tools.lockfiles import NAMES

FORMAT = 1
KEY = "resolved from"
# A viewer must not have two of them: they keep state, or objects of one are given to the other. The list is that of the
# packages that OHIF's own loader of run-time plugins shares, with the routers and translators, which have contexts.
ONLY_ONE = re.compile(
    r"@ohif/.*|@cornerstonejs/.*|@kitware/vtk\.js|dcmjs|gl-matrix|i18next|react|react-dom|react-i18next|react-router"
    r"|react-router-dom"
)
PATH = re.compile(r"node_modules/(?:@[\w.~-]+/)?[\w~-][\w.~-]*(?:/node_modules/(?:@[\w.~-]+/)?[\w~-][\w.~-]*)*")
# What npm takes for a package of the registry, and for nothing else: no address, no folder, no option.
SPEC = re.compile(r"(?:@[\w.~-]+/)?[\w~][\w.~-]*@\d[\w.+-]*")
# Present versions of packages by name.
Installed = Mapping[str, frozenset[str]]


@dataclass(frozen=True, order=True)
class Dependency:
    """An installed package.

    Args:
        owner: the package of the recipe that alone has it, or "" if all share it.
        path: its folder below the owner's or the shared folder, such as ``node_modules/a``.
    """

    owner: str
    path: str
    name: str
    version: str
    integrity: str


@dataclass(frozen=True)
class Resolved:
    """What the packages of a recipe bring; ``key`` is a digest of what decided it."""

    key: str
    dependencies: tuple[Dependency, ...]
    notes: tuple[str, ...] = ()

    def facts(self) -> dict[str, str]:
        """As facts of the lock; none where nothing is brought."""
        rows = {f"{item.owner} {item.path}".strip(): f"{item.name}@{item.version} {item.integrity}" for item in self}
        return {KEY: self.key, **rows} if rows else {}

    def __iter__(self) -> Iterator[Dependency]:
        return iter(self.dependencies)


NOTHING = Resolved("", ())


@dataclass(frozen=True)
class Needed:
    """What one package has to bring: ``own`` are ranges of its ``dependencies``, ``others`` of its other imports."""

    package: Package
    own: Mapping[str, str]
    others: Mapping[str, str]


def resolution_key(packages: Sequence[Package], commit: str) -> str:
    """A digest of what decides the dependencies: imports and ranges, lockfiles, and OHIF's commit."""
    rows = sorted([item.name, item.imported, item.dependencies, _digest(find_lockfile(item))] for item in packages)
    return digest_of(FORMAT, commit, rows)[:12]


def frozen(key: str, facts: Mapping[str, str], owners: Sequence[Package]) -> Resolved | None:
    """The dependencies as the lock has them; None if it was made from something else, or states what cannot be.

    Args:
        owners: the packages that may have dependencies.
    """
    found = tuple(sorted(dependencies_in(facts)))
    known = {"", *(package.name for package in owners)}
    valid = len(found) == len(facts) - 1 and all(item.owner in known for item in found)
    return Resolved(key, found) if facts.get(KEY) == key and valid else None


def dependencies_in(facts: Mapping[str, str]) -> Iterator[Dependency]:
    """The dependencies that the lock states."""
    for key, fact in facts.items():
        owner, _, path = key.rpartition(" ")
        spec, _, integrity = fact.partition(" ")
        name, _, version = spec.rpartition("@")
        if PATH.fullmatch(path) and SPEC.fullmatch(spec):
            yield Dependency(owner, path, name, version, integrity)


def imports_others(package: Package, together: Sequence[Package]) -> bool:
    """Whether its code imports packages that may have to be installed for it."""
    names = {other.name for other in together}
    return any(name not in names and not ONLY_ONE.fullmatch(name) for name, _ in package.imported)


def needed(package: Package, together: Sequence[Package], installed: Installed) -> Needed:
    """What a package imports and has to bring itself.

    Only a range of its ``dependencies`` can ask for another version than OHIF's: peers are the host's matter.
    """
    own = dict(package.dependencies)
    names = {other.name for other in together}
    wanted = {
        name: text
        for name, text in package.imported
        if name not in names
        and not name.startswith("@ohif/")
        and (name not in installed or (name in own and not _has(installed[name], name, text)))
    }
    return Needed(
        package,
        {name: text for name, text in wanted.items() if name in own},
        {name: text for name, text in wanted.items() if name not in own},
    )


def find_lockfile(package: Package) -> Path | None:
    """The lockfile in the package's folder, or None."""
    return next((package.root / name for name in NAMES if (package.root / name).is_file()), None)


def _has(versions: frozenset[str], name: str, wanted: str) -> bool:
    """Whether OHIF's own is used. With several versions in its lockfile, each has to be in the range."""
    return bool(ONLY_ONE.fullmatch(name)) or all(satisfies(version, wanted) for version in versions)


def _digest(path: Path | None) -> str:
    return digest_of_tree(path) if path else ""
