"""What a JavaScript or TypeScript module imports, with the place of every name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from ohifbuild.javascript.syntax import find, parse, span

CALLS = {
    "rule": {
        "kind": "call_expression",
        "any": [
            {"has": {"field": "function", "kind": "import"}},
            {"has": {"field": "function", "kind": "identifier", "regex": "^require$"}},
        ],
    }
}
NO_USES = ("import_statement", "nested_type_identifier", "type_query")
ELSEWHERE = {"inside": {"any": [{"kind": kind} for kind in NO_USES], "stopBy": "end"}}
IDENTIFIERS = {
    "rule": {"any": [{"kind": "identifier", "not": ELSEWHERE}, {"kind": "shorthand_property_identifier"}]},
}
# Where a file gives a name to something of its own, which hides an import of that name.
BINDERS: tuple[tuple[str, str], ...] = (
    ("required_parameter", "pattern"),
    ("optional_parameter", "pattern"),
    ("variable_declarator", "name"),
    ("arrow_function", "parameter"),
    ("assignment_pattern", "left"),
    ("pair_pattern", "value"),
    ("catch_clause", "parameter"),
    ("function_declaration", "name"),
)
BOUND = {
    "rule": {
        "any": [
            {"kind": "shorthand_property_identifier_pattern"},
            *({"kind": "identifier", "inside": {"kind": kind, "field": field_}} for kind, field_ in BINDERS),
            *({"kind": "identifier", "inside": {"kind": kind}} for kind in ("array_pattern", "rest_pattern")),
        ]
    }
}
STATEMENTS = {"rule": {"any": [{"kind": "import_statement"}, {"kind": "export_statement"}]}}


@dataclass(frozen=True)
class Place:
    """A place in a file: line and column from 1, and the characters from ``start`` to ``end``."""

    line: int
    column: int
    start: int
    end: int


@dataclass(frozen=True)
class ImportedName:
    """A name that is imported.

    Args:
        name: its name in the module that exports it.
        local: its name in this file; "" for a name that is exported again, or that is read from a namespace.
        place: where it stands.
        erased: whether nothing of it is left when the file runs: it is imported as a type, or never used as a value.
        hidden: whether the file gives the name to something else too, so that its uses may be of that.
        specifier: start and end of ``name as local``; (0, 0) for a name that is read from a namespace.
    """

    name: str
    local: str
    place: Place
    erased: bool
    specifier: tuple[int, int] = (0, 0)
    hidden: bool = False

    @property
    def is_used(self) -> bool:
        """Whether it is certain that the file uses it as a value."""
        return not self.erased and not self.hidden


@dataclass(frozen=True)
class Import:
    """One import of another module.

    Args:
        module: what is imported, such as ``@ohif/core`` or ``./panel``.
        kind: ``import``, ``export`` (exported again), ``dynamic`` (``import(…)``) or ``require``.
        names: the names; those of a namespace are where the file reads them.
        place: the whole statement or call.
        module_place: the text of ``module``, without its quotes.
        whole: whether the module is also used in another way: default, namespace, ``export *`` or a call.
        is_type: whether the whole statement is about types.
    """

    module: str
    kind: str
    names: tuple[ImportedName, ...]
    place: Place
    module_place: Place
    whole: bool = False
    is_type: bool = False
    namespace: str = field(default="", repr=False)

    @property
    def dropped(self) -> bool:
        """Whether TypeScript leaves nothing of it: everything that it imports is a type, or never used as a value."""
        return self.is_type or (bool(self.names) and not self.whole and all(name.erased for name in self.names))

    @property
    def is_needed(self) -> bool:
        """Whether it is certain that the module has to exist when the file runs, also if TypeScript compiles it."""
        return not self.is_type and (self.whole or not self.names or any(name.is_used for name in self.names))


def imports_of(text: str, language: str) -> list[Import]:
    """The imports of a module in the order of the file; a file with syntax errors gives those that can be read.

    Args:
        text: the file's text.
        language: its grammar, from ``module_grammar``.
    """
    root = parse(text, language)
    found = [*_statements(root), *_calls(root)]
    return sorted(found, key=lambda each: each.place.start)


def place_of(node: SgNode) -> Place:
    """Where a node stands."""
    position = node.range().start
    return Place(position.line + 1, position.column + 1, *span(node))


def text_of(node: SgNode | None) -> SgNode | None:
    """The text of a string without its quotes; None if it is not a plain string."""
    if node is None or node.kind() != "string":
        return None
    parts = [child for child in node.children() if child.is_named()]
    return parts[0] if len(parts) == 1 and parts[0].kind() == "string_fragment" else None


def _statements(root: SgNode) -> Iterator[Import]:
    hidden = {node.text() for node in find(root, BOUND)}
    uses = {node.text() for node in find(root, IDENTIFIERS)}
    for node in find(root, STATEMENTS):
        source = text_of(node.field("source") or _required(node))
        if source is None:
            continue
        is_type = any(child.kind() == "type" for child in node.children())
        kind = "export" if node.kind() == "export_statement" else "import"
        names, whole, namespace = _clause(node, kind, is_type, uses, hidden)
        if namespace:
            names = [*names, *_members(root, namespace)]
        yield Import(
            source.text(), kind, tuple(names), place_of(node), place_of(source), whole, is_type, namespace=namespace
        )


def _required(node: SgNode) -> SgNode | None:
    """The module of TypeScript's ``import name = require('module')``."""
    clause = _child(node, "import_require_clause")
    return _child(clause, "string") if clause else None


def _clause(
    node: SgNode, kind: str, is_type: bool, uses: set[str], hidden: set[str]
) -> tuple[list[ImportedName], bool, str]:
    names, whole, namespace = [], False, ""
    clause = _child(node, "import_clause") or node
    for child in clause.children():
        if child.kind() in ("named_imports", "export_clause"):
            for each in child.children():
                if each.kind() in ("import_specifier", "export_specifier"):
                    names.append(_name(each, kind, is_type, uses, hidden))
        elif child.kind() == "namespace_import":
            whole, namespace = True, child.children()[-1].text()
        elif child.kind() in ("identifier", "namespace_export", "*", "import_require_clause"):
            whole = True
    return names, whole or (kind == "import" and not names), namespace


def _name(node: SgNode, kind: str, is_type: bool, uses: set[str], hidden: set[str]) -> ImportedName:
    name, alias = node.field("name"), node.field("alias")
    assert name is not None
    typed = is_type or any(child.kind() == "type" for child in node.children())
    local = (alias or name).text() if kind == "import" else ""
    unused = kind == "import" and local not in uses
    return ImportedName(name.text(), local, place_of(name), typed or unused, span(node), local in hidden)


def _members(root: SgNode, namespace: str) -> Iterator[ImportedName]:
    """The names that a file reads from a namespace, as in ``tools.addTool``."""
    for node in find(root, {"rule": {"kind": "member_expression"}}):
        owner, member = node.field("object"), node.field("property")
        if owner is not None and member is not None and owner.kind() == "identifier" and owner.text() == namespace:
            yield ImportedName(member.text(), "", place_of(member), erased=False)


def _calls(root: SgNode) -> Iterator[Import]:
    for node in find(root, CALLS):
        function, arguments = node.field("function"), node.field("arguments")
        given = [child for child in arguments.children() if child.is_named()] if arguments else []
        source = text_of(given[0]) if given else None
        if source is not None and function is not None:
            kind = "require" if function.kind() == "identifier" else "dynamic"
            yield Import(source.text(), kind, (), place_of(node), place_of(source), whole=True)


def _child(node: SgNode, kind: str) -> SgNode | None:
    return next((child for child in node.children() if child.kind() == kind), None)
