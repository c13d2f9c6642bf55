"""JSON text whose formatting is kept: where a value stands, and edits that leave everything else as it is."""

from __future__ import annotations

import json
import re
from typing import Any

from ast_grep_py import SgNode

from ohifbuild.javascript.syntax import parse, span

INDENT = re.compile(r"\n([ \t]+)\"")


class JsonText:
    """The text of a JSON object, with edits by path, such as ``("peerDependencies", "react")``.

    Args:
        text: valid JSON whose top is an object.

    Raises:
        ValueError: it is not.
    """

    def __init__(self, text: str) -> None:
        if not isinstance(json.loads(text), dict):
            raise ValueError("not an object")
        self.text = text
        found = INDENT.search(text)
        self.indent = found[1] if found else "  "

    @property
    def document(self) -> dict[str, Any]:
        """The value, as it is now."""
        return dict(json.loads(self.text))

    def line(self, *path: str) -> int:
        """The line of a key, from 1; of the nearest key above it that exists."""
        node, line = self._top(), 1
        for key in path:
            pair = _pair(node, key)
            value = pair and pair.field("value")
            if pair is None or value is None:
                break
            line, node = pair.range().start.line + 1, value
        return line

    def set(self, path: tuple[str, ...], value: object) -> None:
        """Replaces a value, or adds it to an object that exists, as the last key."""
        parent = self._object(path[:-1])
        if parent is None:
            raise KeyError(path)
        pair = _pair(parent, path[-1])
        depth = len(path)
        if pair is not None:
            old = pair.field("value")
            assert old is not None
            if json.loads(old.text()) != value:
                self._replace(*span(old), self._dump(value, depth))
            return
        pairs = [child for child in parent.children() if child.kind() == "pair"]
        added = f"{json.dumps(path[-1], ensure_ascii=False)}: {self._dump(value, depth)}"
        if pairs:
            _, end = span(pairs[-1])
            in_one_line = pairs[0].range().start.line == parent.range().start.line
            self._replace(end, end, f", {added}" if in_one_line else f",\n{self.indent * depth}{added}")
        else:
            self._replace(*span(parent), f"{{\n{self.indent * depth}{added}\n{self.indent * (depth - 1)}}}")

    def remove(self, *path: str) -> None:
        """Removes a key with its comma; nothing happens if there is none."""
        parent = self._object(path[:-1])
        pair = _pair(parent, path[-1]) if parent else None
        if parent is None or pair is None:
            return
        pairs = [child for child in parent.children() if child.kind() == "pair"]
        at = [span(each) for each in pairs].index(span(pair))
        start, end = span(pair)
        if at + 1 < len(pairs):
            end = span(pairs[at + 1])[0]
        elif at:
            start = span(pairs[at - 1])[1]
        else:
            start, end = span(parent)[0] + 1, span(parent)[1] - 1
        self._replace(start, end, "")

    def _top(self) -> SgNode:
        return next(child for child in parse(self.text, "json").children() if child.kind() == "object")

    def _object(self, path: tuple[str, ...]) -> SgNode | None:
        node: SgNode | None = self._top()
        for key in path:
            pair = _pair(node, key) if node else None
            node = pair.field("value") if pair else None
        return node if node is not None and node.kind() == "object" else None

    def _dump(self, value: object, depth: int) -> str:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return json.dumps(value, ensure_ascii=False)
        text = json.dumps(value, indent=self.indent, ensure_ascii=False)
        return text.replace("\n", "\n" + self.indent * depth)

    def _replace(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]


def _pair(node: SgNode, key: str) -> SgNode | None:
    found = None
    for child in node.children():
        name = child.field("key") if child.kind() == "pair" else None
        if name is not None and json.loads(name.text()) == key:
            found = child  # the last one counts, as in every parser of JSON
    return found
