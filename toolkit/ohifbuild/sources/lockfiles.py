"""What a release's own lockfile says of the packages in its bundle: the integrity of each one's tarball."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ohifbuild.sources.components import Component

ALIAS = re.compile(r"@npm:(?=.)")
TARBALL = re.compile(r"/((?:@[^/]+/)?[^/]+)/-/[^/]*?-(\d[^/]*)\.tgz$")
KINDS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
# Of yarn.lock version 1, which is not YAML: a JSON string, or a word without any character that would need quotes.
# Written here because the parser on PyPI (pyarn) is under the GPL.
YARN_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s:,"]+')

Integrities = dict[tuple[str, str], str]


@dataclass
class YarnEntry:
    """One package of a yarn.lock: what asks for it (``name@range``), its facts, and the names that it depends on."""

    patterns: tuple[str, ...]
    facts: dict[str, str] = field(default_factory=dict)
    dependencies: list[str] = field(default_factory=list)


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


def package_of_tarball(url: str) -> str:
    """``name@version`` of a package's tarball; other addresses are given back without their query."""
    path = unquote(urlsplit(url).path)
    found = TARBALL.search(path)
    return f"{found[1]}@{found[2]}" if found else unquote(url.partition("?")[0])


def dependents(tree: Path, package: str) -> list[str]:
    """The packages that depend on ``name@version or range``, those of the source itself first; may be empty."""
    name = _split(package)[0]
    return [*dict.fromkeys((*_of_sources(tree, name), *_of_lockfile(tree / "yarn.lock", name)))]


def yarn_entries(text: str) -> list[YarnEntry]:
    """The packages of a yarn.lock; indentation says what belongs to what."""
    entries: list[YarnEntry] = []
    for line in text.splitlines():
        words = [json.loads(word) if word.startswith('"') else word for word in YARN_WORD.findall(line)]
        depth = len(line) - len(line.lstrip(" "))
        if not words or line.lstrip().startswith("#"):
            continue
        if depth == 0:
            entries.append(YarnEntry(tuple(words)))
        elif depth == 2 and len(words) == 2:
            entries[-1].facts[words[0]] = words[1]
        elif depth == 4:
            entries[-1].dependencies.append(words[0])
    return entries


def _of_yarn(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    for entry in yarn_entries(text):
        if {"version", "integrity"} <= entry.facts.keys():
            for pattern in entry.patterns:
                # An alias (x@npm:real@^1) stands for another package.
                name = _split(ALIAS.split(pattern, maxsplit=1)[-1])[0]
                yield (name, entry.facts["version"]), entry.facts["integrity"]


def _of_pnpm(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    import yaml  # takes a while, and most runs read no lockfile

    # pnpm 11 writes a first document of its own for a project's configDependencies.
    for document in yaml.load_all(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        for key, entry in ((document or {}).get("packages") or {}).items():
            integrity = entry.get("resolution", {}).get("integrity")
            if integrity:
                yield _split(key), integrity


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
            yield _split(entry.patterns[0])[0]


def _split(package: str) -> tuple[str, str]:
    """Name, and version or range, of ``name@version``; the version is "" where there is none."""
    scope, name = package[:1], package[1:]
    name, _, version = name.partition("@")
    return scope + name, version
