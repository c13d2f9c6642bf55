"""The packages that a workspace names: folders in it, or packages of npm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ohifbuild.config.package_source import parse_source
from ohifbuild.packages.package import NAME
from ohifbuild.workspaces.files import BadFile, inside, json_object, read_inside
from ohifbuild.workspaces.problems import shown

FOLDERS = ("extensions", "modes")
MOST_PACKAGES = 500
EXACT = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?")
OWN = "@ohif/"
"""Packages of this scope are OHIF's own, and in each release."""


@dataclass
class Plugins:
    """The packages of a workspace, collected while it is read.

    Args:
        root: the workspace's folder.
        found: by name, what a recipe's ``extensions`` calls each: a folder, ``npm:NAME@VERSION``, or ``URL#COMMIT``.
        problems: what cannot be used.
    """

    root: Path
    found: dict[str, Path | str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, where: str, name: object, *, directory: object = None, version: object = None, base: Path) -> None:
        """Adds one package.

        Args:
            where: its place in the file, for messages.
            name: its npm name.
            directory: its folder, as the file has it; None if the file names none.
            version: its version, as the file has it; None if the file names none.
            base: the folder that ``directory`` is relative to.
        """
        if not isinstance(name, str) or not NAME.fullmatch(name):
            self.problems.append(f"{where} is {shown(name)}; expected the name of an npm package")
        elif directory is not None:
            self._add_folder(where, name, directory, base)
        elif name in self.found:
            return
        elif name in self._local():
            self.found[name] = self._local()[name]
        elif not name.startswith(OWN):
            self._add_of_npm(where, name, version)

    def _add_folder(self, where: str, name: str, directory: object, base: Path) -> None:
        try:
            if not isinstance(directory, str):
                raise BadFile(f"its directory is {shown(directory)}; expected text")
            folder = inside(self.root, directory, base=base)
            actual = _name_of(self.root, folder)
            if actual != name:
                raise BadFile(f"the package in {directory[:80]} has the name {actual[:80]!r}")
            self.found[name] = folder
        except BadFile as error:
            self.problems.append(f"{where} ({name}): {error}")

    def _add_of_npm(self, where: str, name: str, version: object) -> None:
        wanted = version if version is not None else self._dependencies().get(name)
        if isinstance(wanted, str) and EXACT.fullmatch(wanted):
            self.found[name] = f"npm:{name}@{wanted}"
        elif isinstance(wanted, str) and _is_commit(wanted):
            self.found[name] = wanted
        elif wanted is None:
            folders = " and ".join(f"{folder}/" for folder in FOLDERS)
            self.problems.append(f"{where} ({name}): no package in {folders} has this name, and package.json lacks it")
        else:
            self.problems.append(
                f"{where} ({name}): {shown(wanted)} is no exact version such as 1.2.3, and no URL#COMMIT"
            )

    def _local(self) -> Mapping[str, Path]:
        """The packages in the workspace's folders by their names."""
        if not hasattr(self, "_by_name"):
            self._by_name = dict(_packages_in(self.root))
        return self._by_name

    def _dependencies(self) -> Mapping[str, Any]:
        try:
            manifest = json_object(read_inside(self.root, "package.json"), "package.json")
        except BadFile:
            return {}
        groups = [manifest.get(group) for group in ("devDependencies", "dependencies")]
        return {name: version for group in groups if isinstance(group, dict) for name, version in group.items()}


def _is_commit(text: str) -> bool:
    """Whether a text names a commit of a repository on another machine; one on this is out of the workspace."""
    try:
        return parse_source(text).kind == "git" and "://" in text and not text.startswith(("file:", "git+file:"))
    except ValueError:
        return False


def _packages_in(root: Path) -> Iterator[tuple[str, Path]]:
    for kind in FOLDERS:
        folder = root / kind
        for path in sorted(folder.iterdir())[:MOST_PACKAGES] if folder.is_dir() else ():
            try:
                found = inside(root, f"{kind}/{path.name}")
                if found.is_dir():
                    yield _name_of(root, found), found
            except BadFile:
                continue


def _name_of(root: Path, folder: Path) -> str:
    """The name in a package's manifest.

    Raises:
        BadFile: it has none, or the manifest cannot be read.
    """
    place = folder.relative_to(root.resolve()).as_posix()
    name = json_object(read_inside(root, f"{place}/package.json"), f"{place}/package.json").get("name")
    if not isinstance(name, str):
        raise BadFile(f"{place}/package.json has no name")
    return name
