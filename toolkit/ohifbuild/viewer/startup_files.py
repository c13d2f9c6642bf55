"""Joins the many small files that a release loads before its first image into one script and one style sheet.

A release loads them in waves, because each names the next only when it runs. In 3.12.0 these are 45 files. Each chunk
of webpack and Rspack adds its modules to a list of the page, so chunks can stand one after another in one file. The
early script (``startup-chunks.js``) tells the bundler's runtime to wait for that file instead of loading its chunks. If
it cannot be loaded, the runtime loads the chunks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild.core.digests import digest_of
from ohifbuild.sources.base_viewer import bundled_files, entry_scripts
from ohifbuild.viewer.later_modules import LaterModules

# The start of a chunk, as bundlers write it and as minifiers leave it.
CHUNK = re.compile(
    r"""^\s*(?:["']use strict["'];?)?\s*\(\s*(?:globalThis|self)(?:\[["'](?P<quoted>\w+)["']\]|\.(?P<name>\w+))"""
    r"""\s*=.{0,80}?\.push\(\s*\[\s*\[(?P<ids>[^\]]{1,200})\]""",
    re.DOTALL,
)
ID = re.compile(r"[\w-]+")
SOURCE_MAP = re.compile(r"\n?//# sourceMappingURL=\S*\s*$")
HASH_LENGTH = 20
HEAD = 600
JOINED, LATER = "startup.bundle.", "later.bundle."


@dataclass(frozen=True)
class StartupFiles:
    """The joined files.

    ``script`` and ``style`` are their names, '' if there is none. ``chunks`` and ``styled`` are the ids of the chunks
    in them. ``queue`` is the page's variable to which chunks add themselves. ``later`` is the name of the script with
    the modules that are loaded after the first image.
    """

    script: str = ""
    style: str = ""
    chunks: tuple[str, ...] = ()
    styled: tuple[str, ...] = ()
    queue: str = ""
    later: str = ""


NO_STARTUP_FILES = StartupFiles()


def join_startup_files(tree: Path, chunks: Sequence[str], later: Iterable[str] = (), made_by: str = "") -> StartupFiles:
    """Writes the joined files of a release's first chunks to ``tree``; a build may lack some of them.

    Args:
        tree: the files, whose scripts are not minified yet.
        chunks: the ids of the chunks.
        later: the ids of modules that the joined script and the entry script can do without until the first image; they
            go into a script of their own.
        made_by: what will be done to the files afterwards; it is part of their names, which browsers keep for a year.
    """
    found = _chunks(tree)
    wanted = [name for name in chunks if name in found]
    queues = {found[name].queue for name in wanted}
    if len(queues) != 1:
        return NO_STARTUP_FILES
    queue = queues.pop()
    modules = LaterModules(frozenset(later))
    for path in entry_scripts(tree):
        text = modules.taken_from(path.read_text(encoding="utf-8"))
        path.unlink()  # it may be a link to another folder's file
        path.write_text(text, encoding="utf-8")
    paths = dict.fromkeys(found[name].path for name in wanted)
    texts = (modules.taken_from(path.read_text(encoding="utf-8")) for path in paths)
    script = _write(tree, JOINED, "".join(map(_closed, texts)), made_by, ".js")
    sheets = {name: tree / f"{name}.css" for name in chunks if (tree / f"{name}.css").is_file()}
    rules = dict.fromkeys(path.read_text(encoding="utf-8").rstrip() + "\n" for path in sheets.values())
    style = _write(tree, JOINED, "".join(rules), made_by, ".css") if sheets else ""
    rest = modules.chunk(queue)
    moved = _write(tree, LATER, rest, made_by, ".js") if rest else ""
    return StartupFiles(script, style, tuple(wanted), tuple(sheets), queue, moved)


@dataclass(frozen=True)
class FirstScripts:
    """The entry script and the scripts of a release's first chunks; ``queue`` as in ``StartupFiles``."""

    paths: tuple[Path, ...]
    queue: str


def first_scripts(tree: Path, chunks: Sequence[str]) -> FirstScripts:
    """The scripts out of which ``join_startup_files`` would take modules."""
    found = _chunks(tree)
    wanted = [found[name] for name in chunks if name in found]
    paths = dict.fromkeys((*entry_scripts(tree), *(chunk.path for chunk in wanted)))
    return FirstScripts(tuple(paths), wanted[0].queue if wanted else "")


def chunk_names(tree: Path) -> dict[str, str]:
    """The file name of each chunk, by the chunk's id."""
    return {name: chunk.path.relative_to(tree).as_posix() for name, chunk in _chunks(tree).items()}


@dataclass(frozen=True)
class _Chunk:
    path: Path
    queue: str


def _chunks(tree: Path) -> dict[str, _Chunk]:
    found = {}
    for path in bundled_files(tree, ".js"):
        with path.open(encoding="utf-8") as file:
            start = CHUNK.match(file.read(HEAD))
        if start:
            # Further ids are of chunks whose modules this one has too, perhaps in a worker's variant.
            found[ID.findall(start["ids"])[0]] = _Chunk(path, start["quoted"] or start["name"])
    return found


def _closed(text: str) -> str:
    """A chunk as a function that is called, because ``use strict`` holds for a whole file or function."""
    return f"(()=>{{{SOURCE_MAP.sub('', text).strip()}\n}})();\n"


def _write(tree: Path, stem: str, text: str, made_by: str, suffix: str) -> str:
    name = f"{stem}{digest_of(text, made_by)[:HASH_LENGTH]}{suffix}"
    (tree / name).write_text(text, encoding="utf-8")
    return name


def startup_files(data: Mapping[str, Any]) -> StartupFiles:
    """What ``join_startup_files`` returned, from its fields in JSON; ``script`` and ``style`` may be absent."""
    lists = {name: tuple(data[name]) for name in ("chunks", "styled")}
    return StartupFiles(
        data.get("script", ""), data.get("style", ""), **lists, queue=data["queue"], later=data.get("later", "")
    )
