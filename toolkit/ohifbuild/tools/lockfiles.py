"""The lockfiles of npm, yarn, pnpm and bun: which versions of which packages they name, with npm's integrity.

Addresses in lockfiles are not used: what is installed comes from the user's registry and is compared with an integrity.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# The first one in a folder counts. npm reads a shrinkwrap before a lockfile.
NAMES = ("npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock")
MAX_BYTES = 20 << 20
ALIAS = re.compile(r"@npm:(?=.)")
# Of yarn.lock version 1, which is not YAML: a JSON string, or a word without any character that would need quotes.
# Written here because the parser on PyPI (pyarn) is under the GPL.
YARN_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s:,"]+')
# bun.lock is JSON with a comma after the last item: a string, which stays as it is, or such a comma.
TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')

Entry = tuple[tuple[str, str], str]


@dataclass
class YarnEntry:
    """One package of a yarn.lock: what asks for it (``name@range``), its facts, and the names that it depends on."""

    patterns: tuple[str, ...]
    facts: dict[str, str] = field(default_factory=dict)
    dependencies: list[str] = field(default_factory=list)


def read_lockfile(path: Path) -> dict[tuple[str, str], str]:
    """By name and version, npm's integrity of each package in a lockfile of ``NAMES``; "" where it has none.

    Raises:
        ValueError: the file is not a lockfile of its name; the message is a clause that says why.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES >> 20} MB")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError("it cannot be read as text") from error
    if any(line.startswith(("<<<<<<< ", ">>>>>>> ")) for line in text.splitlines()):
        raise ValueError("it holds the marks of an unfinished merge")
    try:
        return dict(FORMATS[path.name](text))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ValueError("it is damaged, or its format is unknown") from error


def split_name(package: str) -> tuple[str, str]:
    """Name, and version or range, of ``name@version``; the version is "" where there is none."""
    scope, name = package[:1], package[1:]
    name, _, version = name.partition("@")
    return scope + name, version


def yarn_entries(text: str) -> list[YarnEntry]:
    """The packages of a yarn.lock of version 1; indentation says what belongs to what."""
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


def of_yarn(text: str) -> Iterator[Entry]:
    """The packages of a yarn.lock, of version 1 or, without integrities, of a later one, which is YAML."""
    if re.search(r"^__metadata:", text, re.MULTILINE):
        for key, entry in (*_yaml_documents(text),)[0].items():
            if key != "__metadata" and "version" in entry and "@workspace:" not in str(entry.get("resolution", "")):
                yield (split_name(ALIAS.split(str(entry.get("resolution", key)))[0])[0], str(entry["version"])), ""
        return
    for entry in yarn_entries(text):
        for pattern in entry.patterns if "version" in entry.facts else ():
            # An alias (x@npm:real@^1) stands for another package.
            name = split_name(ALIAS.split(pattern, maxsplit=1)[-1])[0]
            yield (name, entry.facts["version"]), entry.facts.get("integrity", "")


def of_pnpm(text: str) -> Iterator[Entry]:
    """The packages of a pnpm-lock.yaml: keys are ``a@1.0.0``, before version 9 ``/a@1.0.0(peers)`` or ``/a/1.0.0``."""
    for document in _yaml_documents(text):
        for key, entry in (document.get("packages") or {}).items():
            plain = str(key).lstrip("/").partition("(")[0]
            if "@" not in plain[1:]:
                plain = "@".join(plain.rpartition("/")[::2])
            yield split_name(plain), str(entry.get("resolution", {}).get("integrity", ""))


def _of_npm(text: str) -> Iterator[Entry]:
    document = json.loads(text)
    for path, entry in document.get("packages", {}).items():
        if path and "version" in entry:
            name = entry.get("name") or path.rpartition("node_modules/")[2]
            yield (name, str(entry["version"])), str(entry.get("integrity", ""))
    pending = [] if "packages" in document else [document["dependencies"]]
    while pending:  # version 1
        for name, entry in pending.pop().items():
            yield (name, str(entry["version"])), str(entry.get("integrity", ""))
            pending.append(entry.get("dependencies", {}))


def of_bun(text: str) -> Iterator[Entry]:
    """The packages of a bun.lock, the workspaces in it without integrity."""
    document = json.loads(TRAILING_COMMA.sub(lambda found: found[1] or "", text))
    for entry in document["packages"].values():
        integrity = entry[-1] if isinstance(entry[-1], str) and entry[-1].startswith("sha512-") else ""
        yield split_name(entry[0]), integrity


def _yaml_documents(text: str) -> Iterator[dict[str, Any]]:
    import yaml  # takes a while, and most runs read no lockfile

    try:
        # pnpm 11 writes a first document of its own for a project's configDependencies.
        for document in yaml.load_all(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            yield document or {}
    except yaml.YAMLError as error:
        raise ValueError("not YAML") from error


FORMATS: dict[str, Callable[[str], Iterator[Entry]]] = {
    "npm-shrinkwrap.json": _of_npm,
    "package-lock.json": _of_npm,
    "pnpm-lock.yaml": of_pnpm,
    "yarn.lock": of_yarn,
    "bun.lock": of_bun,
}
