"""Compares two builds of a viewer, and accepts only differences that it can explain byte by byte.

Bundlers add a hash to most file names and to all references to these files. The hash depends on more than the files'
contents, so honest builds have different hashes. The comparison pairs files by their names without hashes. The pairs
give a one-to-one mapping of our hashes to theirs. When our hashes are replaced by theirs, the bytes must be equal.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from ohifbuild.core.counts import counted

Kind = Literal["identical", "names", "explained", "unexplained"]

HASH = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{16,20}(?![0-9a-zA-Z])")
HASH_BYTES = re.compile(rb"(?<![0-9a-zA-Z])[0-9a-f]{16,20}(?![0-9a-zA-Z])")
# In workbox's precache list, a file without a hash in its name has the MD5 of its contents.
PRECACHED = re.compile(rb"\{'revision':'([0-9a-f]{32})','url':'/([^']+)'\}")
SHOWN_LINES, SHOWN_WIDTH = 6, 160


@dataclass(frozen=True)
class Verdict:
    """The verdict about one file, by its published name; ``detail`` says what differs and why."""

    name: str
    kind: Kind
    detail: str = ""

    @property
    def ok(self) -> bool:
        return self.kind != "unexplained"


def compare(ours: Path, theirs: Path) -> tuple[Verdict, ...]:
    """A verdict for every file in ``theirs``, and for every file in ``ours`` without a counterpart in ``theirs``."""
    mine, shipped = _names(ours), _names(theirs)
    pairs = _pairs(mine, shipped)
    hashes = _hashes(pairs)
    verdicts = [_verdict(ours / pairs[name], theirs / name, name, hashes, ours, theirs) for name in pairs]
    verdicts += [
        Verdict(name, "unexplained", "The build from source does not have this file.")
        for name in shipped - pairs.keys()
    ]
    verdicts += [
        Verdict(name, "unexplained", "Only the build from source has this file.") for name in mine - set(pairs.values())
    ]
    return tuple(sorted(verdicts, key=lambda verdict: verdict.name))


def _names(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def _pairs(mine: set[str], shipped: set[str]) -> dict[str, str]:
    """Our name for each of theirs: the same name, or the only remaining name that differs only in hashes."""
    pairs = {name: name for name in mine & shipped}
    left, right = _by_stem(mine - shipped), _by_stem(shipped - mine)
    for stem, names in right.items():
        candidates = left.get(stem, [])
        if len(names) == len(candidates) == 1:
            pairs[names[0]] = candidates[0]
    return pairs


def _by_stem(names: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        found.setdefault(HASH.sub("*", name), []).append(name)
    return found


def _hashes(pairs: Mapping[str, str]) -> dict[bytes, bytes]:
    """The published hash for each of our hashes, if the pairs give a one-to-one mapping."""
    mapped = {
        (mine.encode(), theirs.encode())
        for shipped, own in pairs.items()
        for mine, theirs in zip(HASH.findall(own), HASH.findall(shipped), strict=True)
    }
    ours, others = Counter(mine for mine, _ in mapped), Counter(theirs for _, theirs in mapped)
    return {mine: theirs for mine, theirs in mapped if ours[mine] == others[theirs] == 1}


def _verdict(own: Path, shipped: Path, name: str, hashes: Mapping[bytes, bytes], ours: Path, theirs: Path) -> Verdict:
    mine, published = own.read_bytes(), shipped.read_bytes()
    if own.name == shipped.name and mine == published:
        return Verdict(name, "identical")
    renamed = HASH_BYTES.sub(lambda found: hashes.get(found[0], found[0]), mine)
    if renamed == published:
        return Verdict(
            name, "names", f"Our file is {own.name}." if own.name != shipped.name else "It refers to renamed files."
        )
    if _with_their_revisions(renamed, ours, theirs, hashes) == published:
        return Verdict(
            name,
            "explained",
            "It lists the MD5 of files that differ only in names; both lists are correct.",
        )
    return Verdict(name, "unexplained", "\n".join(_difference(renamed, published)))


def _with_their_revisions(text: bytes, ours: Path, theirs: Path, hashes: Mapping[bytes, bytes]) -> bytes:
    """The list with each MD5 of our files replaced by that of theirs; an entry that is wrong for our file is kept."""

    def revised(found: re.Match[bytes]) -> bytes:
        name = found[2].decode("utf-8", errors="replace")
        mine, shipped = ours / name, theirs / name
        inside = ".." not in Path(name).parts and mine.is_file() and shipped.is_file()
        if not inside or _md5(mine) != found[1]:
            return found[0]
        return found[0].replace(found[1], _md5(shipped), 1)

    return PRECACHED.sub(revised, text)


def _md5(path: Path) -> bytes:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest().encode()


def _difference(mine: bytes, published: bytes) -> Iterator[str]:
    """The first lines that differ; for binary files only their sizes."""
    if b"\0" in mine or b"\0" in published:
        yield f"Our file has {counted(len(mine), 'byte')}, the published file {counted(len(published), 'byte')}."
        return
    source, shipped = (text.decode("utf-8", errors="replace").splitlines() for text in (mine, published))
    lines = islice(difflib.unified_diff(source, shipped, n=0, lineterm=""), 2, None)
    for number, line in enumerate(line for line in lines if not line.startswith("@@")):
        if number == SHOWN_LINES:
            yield "…"
            return
        yield line[:SHOWN_WIDTH]
