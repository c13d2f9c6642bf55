"""What a release's own lockfile says of the packages in its bundle: the integrity of each one's tarball."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ohifbuild.packages.dependencies import Dependency
from ohifbuild.sources.components import Component
from ohifbuild.tools.lockfiles import of_bun, of_pnpm, of_yarn, split_name, yarn_entries

TARBALL = re.compile(r"/((?:@[^/]+/)?[^/]+)/-/[^/]*?-(\d[^/]*)\.tgz$")
KINDS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
Integrities = dict[tuple[str, str], str]


def integrities(tree: Path) -> Integrities:
    """By name and version, npm's integrity of each package that the lockfiles in ``tree`` name (bun, yarn 1, pnpm)."""
    found: Integrities = {}
    for name, entries in (("bun.lock", of_bun), ("yarn.lock", of_yarn), ("pnpm-lock.yaml", of_pnpm)):
        if (tree / name).is_file():
            found |= {key: text for key, text in entries((tree / name).read_text(encoding="utf-8")) if text}
    return found


def add_integrities(modules: Path, tree: Path, brought: Iterable[Dependency] = ()) -> None:
    """Writes into the bundler's list of packages what the lockfile knows of them; others are left as they are.

    ``brought`` are the dependencies of added packages, which are not in the lockfile. OHIF's own packages have no
    integrity: they are built from the pinned commit.
    """
    known = integrities(tree) | {(item.name, item.version): item.integrity for item in brought}
    rows = [Component(**row) for row in json.loads(modules.read_text(encoding="utf-8"))]
    found = [asdict(row) | {"integrity": known.get((row.name, row.version), "")} for row in rows]
    modules.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def package_of_tarball(url: str) -> str:
    """``name@version`` of a package's tarball; other addresses are given back without their query."""
    path = unquote(urlsplit(url).path)
    found = TARBALL.search(path)
    return f"{found[1]}@{found[2]}" if found else unquote(url.partition("?")[0])


def dependents(tree: Path, package: str) -> list[str]:
    """The packages that depend on ``name@version or range``, those of the source itself first; may be empty."""
    name = split_name(package)[0]
    return [*dict.fromkeys((*_of_sources(tree, name), *_of_lockfile(tree / "yarn.lock", name)))]


def _of_sources(tree: Path, name: str) -> Iterator[str]:
    for path in sorted((tree / "package.json", *tree.glob("*/*/package.json"))):
        if path.is_file():
            manifest = json.loads(path.read_text(encoding="utf-8"))
            if any(name in manifest.get(kind, {}) for kind in KINDS):
                yield str(manifest.get("name", path.parent.name))


def _of_lockfile(lockfile: Path, name: str) -> Iterator[str]:
    text = lockfile.read_text(encoding="utf-8") if lockfile.is_file() else ""
    for entry in yarn_entries(text):
        if name in entry.dependencies:
            yield split_name(entry.patterns[0])[0]
