"""Reads what webpack and Rspack wrote: the modules of the app's entry chunk and of the chunks that it imports.

Both write one format. The entry chunk holds an object of module functions, ``__webpack_modules__``; every other chunk
pushes its ids and such an object to a global list. Unminified bundles also say in comments which module is which. Seen
in webpack 5 (3.11.1, 3.12.0, 3.12.10) and Rspack 2 (3.13.2, 3.14.0-beta.6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ast_grep_py import SgNode

from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.javascript.syntax import find, parse

CHUNK = re.compile(
    r'\(globalThis\["(?P<list>\w+)"\] = globalThis\["(?P=list)"\] \|\| \[\]\)\.push\(\[\[(?P<ids>[\d, ]+)\]'
)
ENTRY_LIST = re.compile(r'\bchunkLoadingGlobal = globalThis\["(?P<list>\w+)"\] = globalThis\["(?P=list)"\] \|\| \[\]')
LOADED = re.compile(r"__webpack_require__\.e\((?:/\* import\(\) \*/ ?)?(\d+)\)")
# What the bundlers write for import(): the chunks that it needs, then the module that it gives.
IMPORT = re.compile(
    r"(?P<chunks>(?:Promise\.all\(/\* import\(\) \*/ ?\[[^\]]*\]\)|__webpack_require__\.e\(/\* import\(\) \*/ ?\d+\)))"
    r"\.then\(__webpack_require__\.bind\(__webpack_require__, (?P<id>\d+)\)\)"
)
MODULES = {"rule": {"kind": "variable_declarator", "has": {"field": "name", "regex": "^__webpack_modules__$"}}}
PUSH = {"rule": {"kind": "call_expression", "has": {"field": "function", "regex": r"^\(globalThis\[.*\.push$"}}}
HEAD = 400


@dataclass(frozen=True)
class Import:
    """An ``import()`` in the entry chunk: the ids of the chunks that it loads, and of the module that it gives."""

    chunks: tuple[str, ...]
    module: str


@dataclass(frozen=True)
class Module:
    """A module function.

    Args:
        id: the bundler's id.
        chunk: the first id of its chunk; "" for the entry chunk.
        parameters, body: the text of the function.
    """

    id: str
    chunk: str
    parameters: str
    body: str


@dataclass(frozen=True)
class Bundles:
    """The modules that the app can load.

    Args:
        chunk_list: the name of the global list that chunks are pushed to.
        entry: the text of the entry chunk.
        modules: every module by its id; a module that several chunks have occurs several times.
        chunks: the first id of each chunk by each of its ids.
    """

    chunk_list: str
    entry: str
    modules: dict[str, list[Module]]
    chunks: dict[str, str]


def read_bundles(dist: Path) -> Bundles:
    """The modules of a built viewer. Chunks that only workers load are left out.

    Raises:
        ReleaseUnsupported: the bundles do not have the known format, or they are minified.
    """
    entries = sorted(dist.glob("app.bundle.*.js"))
    if len(entries) != 1:
        raise _unexpected(f"it has {len(entries)} files app.bundle.*.js where one was expected")
    entry = entries[0].read_text(encoding="utf-8")
    named = ENTRY_LIST.search(entry)
    if named is None:
        raise _unexpected(f"{entries[0].name} does not name the list of its chunks, or is minified")
    modules: dict[str, list[Module]] = {}
    chunks: dict[str, str] = {}
    for module in _modules(_entry_object(entry, entries[0].name), ""):
        modules.setdefault(module.id, []).append(module)
    files = _chunk_files(dist, named["list"])
    waiting = _loaded(entry)
    while waiting:
        chunk = waiting.pop()
        if chunk in chunks or chunk not in files:
            continue
        ids, path = files[chunk]
        chunks |= dict.fromkeys(ids, ids[0])
        text = path.read_text(encoding="utf-8")
        waiting += _loaded(text)
        for module in _modules(_chunk_object(text, path.name), ids[0]):
            modules.setdefault(module.id, []).append(module)
    return Bundles(named["list"], entry, modules, chunks)


def imports(text: str) -> Iterator[Import]:
    """Every ``import()`` in a bundle's text."""
    for site in IMPORT.finditer(text):
        yield Import(tuple(LOADED.findall(site["chunks"])), site["id"])


def _chunk_files(dist: Path, chunk_list: str) -> dict[str, tuple[list[str], Path]]:
    files: dict[str, tuple[list[str], Path]] = {}
    for path in sorted(dist.glob("*.js")):
        with path.open(encoding="utf-8") as file:
            head = CHUNK.search(file.read(HEAD))
        if head and head["list"] == chunk_list:
            ids = head["ids"].replace(" ", "").split(",")
            files |= dict.fromkeys(ids, (ids, path))
    return files


def _loaded(text: str) -> list[str]:
    """The ids of the chunks that a bundle's ``import()`` load."""
    return LOADED.findall(text)


def _entry_object(text: str, name: str) -> SgNode:
    found = find(parse(text, "javascript"), MODULES)
    value = found[0].field("value") if len(found) == 1 else None
    if value is None:
        raise _unexpected(f"{name} has no object of module functions")
    return _inner(value)


def _chunk_object(text: str, name: str) -> SgNode:
    found = find(parse(text, "javascript"), PUSH)
    arguments = found[0].field("arguments") if found else None
    pushed = _named(arguments) if arguments else []
    parts = _named(pushed[0]) if pushed else []
    if len(parts) < 2 or _inner(parts[1]).kind() != "object":
        raise _unexpected(f"{name} does not push an object of module functions")
    return _inner(parts[1])


def _modules(functions: SgNode, chunk: str) -> Iterator[Module]:
    for item in _named(functions):
        key, function = item.field("key"), item.field("value")
        if item.kind() == "method_definition":
            key, function = item.field("name"), item
        if key is None or function is None:
            continue
        function = _inner(function)
        parameters, body = function.field("parameters"), function.field("body")
        if parameters is not None and body is not None:
            yield Module(key.text().strip("\"'"), chunk, parameters.text(), body.text())


def _named(node: SgNode) -> list[SgNode]:
    return [child for child in node.children() if child.is_named() and child.kind() != "comment"]


def _inner(node: SgNode) -> SgNode:
    while node.kind() == "parenthesized_expression":
        node = _named(node)[0]
    return node


def _unexpected(why: str) -> ReleaseUnsupported:
    return ReleaseUnsupported(
        f"The viewer's modules cannot be shared with packages at run time: {why}.",
        cause="Its bundles differ from those of 3.11 to 3.14.",
        fix="Compile the packages in: ohifbuild build --from git",
    )
