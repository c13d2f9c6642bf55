"""Where a package of the recipe comes from: a folder, a tarball, the npm registry, or a commit of a git repository.

======================== =======================================
``./folder``             a folder; ``file:./folder`` is the same
``./x.tgz``              a tarball, as ``npm pack`` makes it
``npm:NAME@VERSION``     the registry; VERSION is exact
``URL#COMMIT``           a repository; COMMIT has 40 digits
``URL#COMMIT:FOLDER``    a folder of that repository
======================== =======================================

``URL`` is an https, ssh or file URL, ``git@host:path``, or a folder. A branch or a tag is refused: it may move.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ohifbuild.core.paths import is_file
from ohifbuild.core.processes import without_credentials

NPM = re.compile(
    r"npm:(?P<name>(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~][a-z0-9._~-]*)"
    r"@(?P<version>\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z.-]{1,80})?)"
)
REMOTE = re.compile(r"(?:git\+)?(?:https?|ssh|file|git)://|[\w.-]+@[\w.-]+:")
COMMIT = re.compile(r"[0-9a-f]{40}")
FOLDER = re.compile(r"[\w@.-][\w@. -]*(?:/[\w@.-][\w@. -]*)*/?")
TARBALLS = (".tgz", ".tar.gz")
Kind = Literal["folder", "tarball", "npm", "git"]


@dataclass(frozen=True)
class PackageSource:
    """A parsed source.

    Args:
        text: as it stands in the recipe.
        kind: what it is.
        place: path, name in the registry, or address of the repository.
        version: the version or the commit; "" for folders and tarballs.
        folder: the folder in the repository; "" for its root.
    """

    text: str
    kind: Kind
    place: str
    version: str = ""
    folder: str = ""


def parse_source(text: str) -> PackageSource:
    """Reads a source; looks at no file.

    Raises:
        ValueError: it is none; the message says what is expected.
    """
    if not text.strip() or not text.isprintable() or text.startswith("-"):
        raise ValueError("expected a folder, a tarball, npm:NAME@VERSION or URL#COMMIT")
    if text.startswith("npm:"):
        found = NPM.fullmatch(text)
        if not found:
            raise ValueError("expected npm:NAME@VERSION with an exact version, such as npm:@clinic/x@1.2.3")
        return PackageSource(text, "npm", found["name"], found["version"])
    address, hash_, rest = text.rpartition("#")
    commit, _, folder = rest.partition(":")
    if hash_ and COMMIT.fullmatch(commit):
        if folder and not (FOLDER.fullmatch(folder) and ".." not in folder.split("/")):
            raise ValueError("expected URL#COMMIT:FOLDER with a folder of the repository, such as packages/x")
        return PackageSource(text, "git", address.removeprefix("git+"), commit, folder.rstrip("/"))
    if REMOTE.match(text):
        name = commit if hash_ else "HEAD"
        where = address if hash_ else text
        command = without_credentials(f"git ls-remote {where} {name}")
        raise ValueError(f"expected URL#COMMIT with the 40 digits that this prints: {command}")
    path = text.removeprefix("file:").removeprefix("link:")
    return PackageSource(text, "tarball" if path.endswith(TARBALLS) else "folder", path)


def located(text: str, base: Path) -> str:
    """A source of a recipe in the folder ``base``: relative paths lead from there. Invalid text stays as it is."""
    try:
        source = parse_source(text)
    except ValueError:
        return text
    if source.kind == "npm" or REMOTE.match(source.place):
        return text
    place = base / source.place
    if source.kind == "git":
        return f"{place}#{source.version}" + (f":{source.folder}" if source.folder else "")
    return str(place)


def check_source(text: str) -> str:
    """Checks a source, and that a folder or a tarball is there.

    Raises:
        ValueError: as ``parse_source``.
    """
    source = parse_source(text)
    if source.kind == "folder" and not is_file(Path(source.place) / "package.json"):
        raise ValueError("expected the folder of an npm package, with a package.json")
    if source.kind == "tarball" and not is_file(Path(source.place)):
        raise ValueError("expected a tarball that exists")
    return source.place if source.kind in ("folder", "tarball") else text


def folders_of(sources: Iterable[str]) -> tuple[Path, ...]:
    """The folders among checked sources: packages that a user edits."""
    return tuple(Path(source) for source in sources if parse_source(source).kind == "folder")
