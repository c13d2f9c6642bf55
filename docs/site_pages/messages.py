"""The messages that users can meet, read from the toolkit's source: what each error says, why, and what to do next."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from site_pages.markdown import ROOT

TOOLKIT = ROOT / "toolkit" / "ohifbuild"
PARTS = ("what", "cause", "fix")


@dataclass(frozen=True)
class Message:
    """One message of an error class. What is known only at run time is an ellipsis in it."""

    error: str
    what: str
    cause: str
    fix: str


def messages() -> Iterator[Message]:
    """Every message whose text stands in the call that makes the error, in the order of the files."""
    for path in sorted(TOOLKIT.rglob("*.py")):
        yield from messages_in(path)


def messages_in(path: Path) -> Iterator[Message]:
    """The messages of one module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            what = text_of(node.args[0])
            if name[:1].isupper() and what:
                named = {word.arg: text_of(word.value) for word in node.keywords}
                yield Message(name, what, named.get("cause", ""), named.get("fix", ""))


def text_of(node: ast.expr) -> str:
    """The text of a string or an f-string; empty if the expression is neither."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "…" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text_of(node.left) + text_of(node.right)
    return ""
