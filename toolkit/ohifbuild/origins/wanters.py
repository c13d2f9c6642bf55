"""Who wants a package, by the release's own yarn 1 lockfile and package.json files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

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


def wanters(tree: Path, package: str) -> list[str]:
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
