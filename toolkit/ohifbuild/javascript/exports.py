"""The names that a module exports; ``export *`` is followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ast_grep_py import SgNode

from ohifbuild.javascript.imports import text_of
from ohifbuild.javascript.resolve import read_source
from ohifbuild.javascript.syntax import errors, find, module_grammar, parse

TYPES = frozenset({"interface_declaration", "type_alias_declaration"})
CONTAINERS = frozenset({"lexical_declaration", "variable_declaration", "ambient_declaration"})
BOUND = frozenset({"identifier", "shorthand_property_identifier_pattern"})
COMMONJS = {
    "rule": {
        "kind": "assignment_expression",
        "any": [
            {"has": {"field": "left", "regex": r"^module\.exports\b"}},
            {"has": {"field": "left", "regex": r"^exports\."}},
        ],
    }
}
MOST_FILES = 5000


@dataclass(frozen=True)
class Exports:
    """What a module exports.

    Args:
        values: the names that exist when the module runs; ``default`` among them.
        types: the names that only TypeScript knows.
        complete: whether these are all names: every ``export *`` was followed, every file could be parsed, and
            the module is not CommonJS.
    """

    values: frozenset[str]
    types: frozenset[str]
    complete: bool


def exports_of(entry: Path, resolve: Callable[[Path, str], Path | None]) -> Exports:
    """The names that the module ``entry`` exports.

    Args:
        resolve: the file of a module, seen from the file that exports it; None if there is none.
    """
    values: set[str] = set()
    types: set[str] = set()
    complete = True
    seen = {entry}
    queue = [(entry, True)]
    while queue:
        path, first = queue.pop()
        text, language = read_source(path), module_grammar(path.name)
        if text is None or language is None or len(seen) > MOST_FILES:
            complete = False
            continue
        root = parse(text, language)
        own_values, own_types, stars = _own(root)
        if errors(root) or (not own_values and not own_types and not stars and find(root, COMMONJS)):
            complete = False
        # ``export *`` leaves the default export out.
        values |= own_values if first else own_values - {"default"}
        types |= own_types
        for module in stars:
            found = resolve(path, module)
            if found is None:
                complete = False
            elif found not in seen:
                seen.add(found)
                queue.append((found, False))
    return Exports(frozenset(values), frozenset(types - values), complete)


def _own(root: SgNode) -> tuple[set[str], set[str], list[str]]:
    """The values and types that a file exports itself, and the modules that it exports all names of."""
    values: set[str] = set()
    types: set[str] = set()
    stars: list[str] = []
    local_types = {
        name.text()
        for node in find(root, {"rule": {"any": [{"kind": kind} for kind in sorted(TYPES)]}})
        if (name := node.field("name")) is not None
    }
    for node in find(root, {"rule": {"kind": "export_statement"}}):
        kinds = [child.kind() for child in node.children()]
        source = text_of(node.field("source"))
        if "*" in kinds and source is not None:
            stars.append(source.text())
        if "default" in kinds or "=" in kinds:
            values.add("default")
            continue
        for child in node.children():
            if child.kind() == "namespace_export":
                (types if "type" in kinds else values).add(child.children()[-1].text())
            elif child.kind() == "export_clause":
                for exported, is_type in _specifiers(child):
                    only_type = is_type or "type" in kinds or (source is None and exported in local_types)
                    (types if only_type else values).add(exported)
            elif child.is_named():
                names = set(_declared(child))
                (types if child.kind() in TYPES else values).update(names)
    return values, types, stars


def _specifiers(clause: SgNode) -> Iterator[tuple[str, bool]]:
    for each in clause.children():
        if each.kind() == "export_specifier":
            name = each.field("alias") or each.field("name")
            if name is not None:
                yield name.text(), any(child.kind() == "type" for child in each.children())


def _declared(node: SgNode) -> Iterator[str]:
    """The names that a declaration binds."""
    if node.kind() in CONTAINERS:
        for child in node.children():
            yield from _declared(child)
    elif node.kind() == "variable_declarator":
        pattern = node.field("name")
        if pattern is not None:
            yield from _bound(pattern)
    else:
        name = node.field("name")
        if name is not None:
            yield name.text()


def _bound(pattern: SgNode) -> Iterator[str]:
    if pattern.kind() in BOUND:
        yield pattern.text()
    else:
        yield from (found.text() for kind in sorted(BOUND) for found in find(pattern, {"rule": {"kind": kind}}))
