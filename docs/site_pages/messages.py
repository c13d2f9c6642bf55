"""The messages that users can meet, read from the toolkit's source: what each error says, why, and what to do next."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from site_pages.markdown import ROOT

TOOLKIT = ROOT / "toolkit" / "ohifbuild"
WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True)
class Message:
    """One message of an error class. What is known only at run time is an ellipsis in it."""

    error: str
    what: str
    cause: str
    fix: str


@cache
def messages() -> tuple[Message, ...]:
    """Every message whose text stands in the call that makes the error, in the order of the files."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(TOOLKIT.rglob("*.py"))]
    known = constants(trees)
    return tuple(message for tree in trees for message in messages_in(tree, known))


def constants(trees: Iterable[ast.Module]) -> dict[str, str]:
    """The texts of all constants of modules, by name; names that stand for several texts are left out."""
    found: dict[str, set[str]] = {}
    for tree in trees:
        for node in tree.body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and (text := text_of(node.value, {}))
            ):
                found.setdefault(node.targets[0].id, set()).add(text)
    return {name: texts.pop() for name, texts in found.items() if len(texts) == 1}


def messages_in(tree: ast.Module, known: Mapping[str, str]) -> Iterator[Message]:
    """The messages of one module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            what = text_of(node.args[0], known)
            if name[:1].isupper() and says_something(what):
                named = {word.arg: text for word in node.keywords if says_something(text := text_of(word.value, known))}
                yield Message(name, what, named.get("cause", ""), named.get("fix", ""))


def says_something(text: str) -> bool:
    """Whether more than what only a run can tell is in a text."""
    return len(WORD.findall(text)) > 1


def text_of(node: ast.expr, known: Mapping[str, str]) -> str:
    """The text of an expression with an ellipsis for what only a run can tell; empty if it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.FormattedValue):
        return text_of(node.value, known)
    if isinstance(node, ast.IfExp):
        return text_of(node.body, known) or text_of(node.orelse, known)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part, known) or "…" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (text_of(node.left, known) or "…") + (text_of(node.right, known) or "…")
    return ""
