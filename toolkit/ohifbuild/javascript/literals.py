"""Values that stand as literals in JavaScript: read from the syntax tree, so that no code runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from ast_grep_py import SgNode

DEEPEST = 64
"""Levels of objects and lists; a deeper one is no configuration."""

# In an object literal this name sets the prototype, and is no key.
PROTOTYPE = "__proto__"
WORDS = {"true": True, "false": False, "null": None}
ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\r\n|[\s\S]))")
LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
NUMBER = re.compile(r"[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+|0[xX][0-9A-Fa-f]+")
KINDS = {
    "arrow_function": "a function",
    "function_expression": "a function",
    "function": "a function",
    "method_definition": "a function",
    "call_expression": "the result of a call",
    "identifier": "a variable",
    "shorthand_property_identifier": "a variable",
    "member_expression": "a variable",
    "spread_element": "the contents of a variable",
    "computed_property_name": "a computed name",
    "template_string": "a computed text",
    "new_expression": "the result of a call",
    "regex": "a regular expression",
}


class _NoLiteral(Exception):
    pass


@dataclass
class Literal:
    """A value, without its parts that are no literals.

    Args:
        value: as JSON has it; None if the whole is no literal.
        left_out: by the path of each part that is none, such as ``dataSources[0].configuration.onConfiguration``,
            what it is: ``a function``.
        lines: the line of each key of the outermost object, from 1.
    """

    value: Any = None
    left_out: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


def literal(node: SgNode) -> Literal:
    """The value of an expression."""
    found = Literal()
    try:
        found.value = _value(node, "", 0, found)
    except _NoLiteral as error:
        found.left_out[""] = str(error)
    return found


def _value(node: SgNode, path: str, depth: int, found: Literal) -> Any:
    kind = node.kind()
    if depth > DEEPEST:
        raise _NoLiteral("nested too deeply")
    if kind == "object":
        return _object(node, path, depth, found)
    if kind == "array":
        return _array(node, path, depth, found)
    if kind == "string" or (kind == "template_string" and not _has(node, "template_substitution")):
        return _text(node.text()[1:-1])
    if kind == "number":
        return _number(node.text())
    if kind == "unary_expression" and node.text()[0] in "+-":
        number = _number(node.text()[1:].strip())
        return -number if node.text()[0] == "-" else number
    if kind in WORDS:
        return WORDS[kind]
    if kind in ("parenthesized_expression", "as_expression", "satisfies_expression"):
        return _value(_named(node)[0], path, depth, found)
    raise _NoLiteral(KINDS.get(kind, "an expression"))


def _object(node: SgNode, path: str, depth: int, found: Literal) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for part in _named(node):
        name = _name(part)
        place = f"{path}.{name}" if path and name else name or f"{path}…"
        try:
            if part.kind() != "pair" or not name:
                raise _NoLiteral(KINDS.get(part.kind(), "a computed name"))
            if name == PROTOTYPE:
                raise _NoLiteral("a prototype")
            value = part.field("value")
            assert value is not None
            if value.kind() != "undefined":
                made[name] = _value(value, place, depth + 1, found)
            if not path:
                found.lines[name] = part.range().start.line + 1
        except _NoLiteral as error:
            found.left_out[place] = str(error)
    return made


def _array(node: SgNode, path: str, depth: int, found: Literal) -> list[Any]:
    made = []
    for number, part in enumerate(_named(node)):
        try:
            made.append(_value(part, f"{path}[{number}]", depth + 1, found))
        except _NoLiteral as error:
            found.left_out[f"{path}[{number}]"] = str(error)
    return made


def _name(part: SgNode) -> str:
    """The key of a property; '' if it is computed, or if the part has none."""
    key = part.field("key") or part.field("name") if part.kind() in ("pair", "method_definition") else part
    if key is None or key.kind() in ("computed_property_name", "spread_element"):
        return ""
    return _text(key.text()[1:-1]) if key.kind() == "string" else key.text()


def _text(raw: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        if code:
            return chr(int(code, 16)) if int(code, 16) < 0x110000 else ""
        return "" if match[4] in ("\n", "\r\n") else LETTERS.get(match[4], match[4])

    # A character beyond the basic plane may be written as two escapes.
    return ESCAPE.sub(character, raw).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _number(text: str) -> int | float:
    if not NUMBER.fullmatch(text):
        raise _NoLiteral("an expression")
    plain = text.replace("_", "")
    number = int(plain, 0) if plain[:2].lower() == "0x" else float(plain)
    if not isfinite(number):
        raise _NoLiteral("a number that is too large")
    return int(number) if number == int(number) and "." not in plain and "e" not in plain.lower() else number


def _named(node: SgNode) -> list[SgNode]:
    return [child for child in node.children() if child.is_named() and child.kind() != "comment"]


def _has(node: SgNode, kind: str) -> bool:
    return any(child.kind() == kind for child in node.children())
