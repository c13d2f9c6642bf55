"""What a release's own lockfile says of the packages in its bundle: the integrity of each one's tarball."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ohifbuild.sources.components import Component

# yarn 1: one line of patterns, then indented lines, of which version and integrity are at the first level.
YARN_BLOCK = re.compile(r"^(?P<patterns>[^\s#].*):\n(?P<body>(?:[ \t].*\n|\n(?=[ \t]))+)", re.MULTILINE)
YARN_FACT = re.compile(r'^  (version|integrity) "?([^"\s]+)"?$', re.MULTILINE)
ALIAS = re.compile(r"@npm:(?=.)")
# pnpm, in its section "packages": 'name@version': with a resolution below.
PNPM_ENTRY = re.compile(
    r"^  '?(?P<name>(?:@[^@'\s/]+/)?[^@'\s]+)@(?P<version>\d[^'(:\s]*)'?:\n"
    r"    resolution: \{integrity: (?P<integrity>sha\S+?)[,}]",
    re.MULTILINE,
)

Integrities = dict[tuple[str, str], str]


def integrities(tree: Path) -> Integrities:
    """By name and version, npm's integrity of each package that the lockfile in ``tree`` names (yarn 1 or pnpm)."""
    found: Integrities = {}
    for name, entries in (("yarn.lock", _of_yarn), ("pnpm-lock.yaml", _of_pnpm)):
        if (tree / name).is_file():
            found |= dict(entries((tree / name).read_text(encoding="utf-8")))
    return found


def add_integrities(modules: Path, tree: Path) -> None:
    """Writes into the bundler's list of packages what the lockfile knows of them; others are left as they are.

    OHIF's own packages have none: they are built from the pinned commit.
    """
    known = integrities(tree)
    rows = [Component(**row) for row in json.loads(modules.read_text(encoding="utf-8"))]
    found = [asdict(row) | {"integrity": known.get((row.name, row.version), "")} for row in rows]
    modules.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _of_yarn(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    for block in YARN_BLOCK.finditer(text):
        facts = dict(YARN_FACT.findall(block["body"]))
        if {"version", "integrity"} <= facts.keys():
            for pattern in block["patterns"].replace('"', "").split(", "):
                yield (_name(pattern), facts["version"]), facts["integrity"]


def _of_pnpm(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    for entry in PNPM_ENTRY.finditer(text):
        yield (entry["name"], entry["version"]), entry["integrity"]


def _name(pattern: str) -> str:
    """The package that a pattern of yarn's means: an alias (``x@npm:real@^1``) stands for another one."""
    meant = ALIAS.split(pattern, maxsplit=1)[-1]
    return meant[: meant.index("@", 1)] if "@" in meant[1:] else meant


TARBALL = re.compile(r"/((?:@[^/]+/)?[^/]+)/-/[^/]*?-(\d[^/]*)\.tgz$")
# A block of yarn.lock: one line of patterns, then indented lines.
BLOCK = re.compile(r"^(?P<patterns>\S.*):\n(?P<body>(?:[ \t].*\n|\n(?=[ \t]))+)", re.MULTILINE)
DEPENDENCY = re.compile(r'^    "?(?P<name>[^"\s]+)"? ', re.MULTILINE)
KINDS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def package_of_tarball(url: str) -> str:
    """``name@version`` of a package's tarball; other addresses are given back without their query."""
    path = unquote(urlsplit(url).path)
    found = TARBALL.search(path)
    return f"{found[1]}@{found[2]}" if found else unquote(url.partition("?")[0])


def dependents(tree: Path, package: str) -> list[str]:
    """The packages that depend on ``name@version or range``, those of the source itself first; may be empty."""
    name = package[: package.index("@", 1)] if "@" in package[1:] else package
    return [*dict.fromkeys((*_of_sources(tree, name), *_of_lockfile(tree / "yarn.lock", name)))]


def _of_sources(tree: Path, name: str) -> Iterator[str]:
    for path in sorted((tree / "package.json", *tree.glob("*/*/package.json"))):
        if path.is_file():
            manifest = json.loads(path.read_text(encoding="utf-8"))
            if any(name in manifest.get(kind, {}) for kind in KINDS):
                yield str(manifest.get("name", path.parent.name))


def _of_lockfile(lockfile: Path, name: str) -> Iterator[str]:
    text = lockfile.read_text(encoding="utf-8") if lockfile.is_file() else ""
    for block in BLOCK.finditer(text):
        if any(found["name"] == name for found in DEPENDENCY.finditer(block["body"])):
            pattern = block["patterns"].split(",")[0].strip('"')
            yield pattern[: pattern.index("@", 1)] if "@" in pattern[1:] else pattern
