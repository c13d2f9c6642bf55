"""Syntax trees of JavaScript and TypeScript, with ast-grep: finds nodes by a rule and fills in replacements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, cast

from ast_grep_py import Config, SgNode, SgRoot

LANGUAGES = {
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".tsx": "tsx",
}
VARIABLE = re.compile(r"\$\$\$([A-Z_][A-Z0-9_]*)|\$([A-Z_][A-Z0-9_]*)")
ERRORS = {"rule": {"kind": "ERROR"}}


class BadRule(ValueError):
    """ast-grep cannot use a rule; the message says why."""


def language_of(path: str) -> str | None:
    """The grammar for a file, by its extension; None if patches do not support the language."""
    return LANGUAGES.get(PurePosixPath(path).suffix)


def module_grammar(path: str) -> str | None:
    """The grammar with which imports and exports are read: TypeScript's, which also reads JavaScript; else None."""
    language = language_of(path)
    return language if language in (None, "typescript") else "tsx"


def parse(text: str, language: str) -> SgNode:
    """The root of the text's syntax tree."""
    return SgRoot(text, language).root()


def find(root: SgNode, rule: Mapping[str, Any]) -> list[SgNode]:
    """Every node that matches a rule's configuration, in order.

    Raises:
        BadRule: ast-grep cannot use the rule.
    """
    try:
        return root.find_all(cast(Config, dict(rule)))
    except Exception as error:  # ast-grep raises bare Exception and RuntimeError
        raise BadRule(_reason(str(error))) from None


def errors(root: SgNode) -> list[SgNode]:
    """The nodes where the text has a syntax error."""
    return find(root, ERRORS)


def span(node: SgNode) -> tuple[int, int]:
    """Start and end of a node, as character positions in the text."""
    extent = node.range()
    return extent.start.index, extent.end.index


def replacement(template: str, node: SgNode, text: str) -> str:
    """``template`` with the node's variables filled in, indented like the node's line."""
    start, _ = span(node)
    line = text[text.rfind("\n", 0, start) + 1 : start]
    indent = line[: len(line) - len(line.lstrip())]
    lines = template.strip("\n").split("\n")
    indented = "\n".join([lines[0], *(indent + each if each else each for each in lines[1:])])
    return VARIABLE.sub(lambda match: _value(match, node, text), indented)


def variables(template: str) -> set[str]:
    """The names of the variables in a replacement or a pattern."""
    return {match[1] or match[2] for match in VARIABLE.finditer(template)}


def patterns(rule: object) -> Iterator[str]:
    """Every pattern in a rule's configuration, at any depth."""
    if isinstance(rule, Mapping):
        for key, value in rule.items():
            if key in ("pattern", "context") and isinstance(value, str):
                yield value
            else:
                yield from patterns(value)
    elif isinstance(rule, list):
        for value in rule:
            yield from patterns(value)


def _value(match: re.Match[str], node: SgNode, text: str) -> str:
    several, one = match[1], match[2]
    if several:
        nodes = node.get_multiple_matches(several)
        return text[span(nodes[0])[0] : span(nodes[-1])[1]] if nodes else ""
    transformed = node.get_transformed(one)
    if transformed is not None:
        return transformed
    found = node.get_match(one)
    return found.text() if found else ""


def _reason(message: str) -> str:
    """ast-grep's message without its stack trace: its most specific causes."""
    lines = [line.strip() for line in message.split("Stack backtrace")[0].splitlines() if line.strip()]
    causes = [re.sub(r"^\d+: ", "", line) for line in lines if line != "Caused by:"]
    return "; ".join(causes[:5])
