"""Computes the edits that patches make to a source tree, and why a change cannot be made; writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import pairwise

from ast_grep_py import SgNode

from ohifbuild.core.counts import times
from ohifbuild.javascript import syntax
from ohifbuild.patches.drift import excerpt, where_code_moved
from ohifbuild.patches.rules import Change, DriftRow, Patch, State
from ohifbuild.patches.source_tree import SourceTree


@dataclass(frozen=True)
class Plan:
    """``texts`` are the files to write, by path; empty if any row is bad."""

    rows: tuple[DriftRow, ...]
    texts: Mapping[str, str]

    @property
    def bad(self) -> tuple[DriftRow, ...]:
        return tuple(row for row in self.rows if row.bad)


@dataclass(frozen=True)
class _Edit:
    file: str
    start: int
    end: int
    text: str
    change: int  # index into the rows


class _Source:
    """The source tree's files; each is read and parsed only once."""

    def __init__(self, tree: SourceTree) -> None:
        self.tree = tree
        self.paths = tuple(tree.files())
        self._texts: dict[str, str] = {}
        self._roots: dict[str, SgNode] = {}

    def text(self, path: str) -> str:
        if path not in self._texts:
            self._texts[path] = self.tree.read(path)
        return self._texts[path]

    def root(self, path: str) -> SgNode:
        if path not in self._roots:
            self._roots[path] = _root(path, self.text(path))
        return self._roots[path]

    def named(self, change: Change) -> tuple[str, ...]:
        known = set(self.paths)
        return tuple(
            path
            for name in change.files
            for path in ([name] if name in known else [p for p in self.paths if _globs(p, name)])
        )


def plan(tree: SourceTree, version: str, patches: Sequence[Patch]) -> Plan:
    """Computes the edits of ``patches`` for one release. All changes start from the same text, so order has no effect.

    Raises:
        PatchInvalid: a file that a patch names is a symbolic link.
    """
    source = _Source(tree)
    rows: list[DriftRow] = []
    edits: list[_Edit] = []
    changes = [(patch, change) for patch in patches for change in patch.changes]
    for at, (patch, change) in enumerate(changes):
        row, found = _try(source, version, patch, change)
        rows.append(row)
        edits += [replace(edit, change=at) for edit in found]
    _mark_conflicts(rows, edits, source)
    texts = {path: _edited(source.text(path), edits, path) for path in sorted({edit.file for edit in edits})}
    _mark_failed_conditions(rows, changes, texts)
    bad = any(row.bad for row in rows)
    return Plan(tuple(rows), {} if bad else texts)


def _try(source: _Source, version: str, patch: Patch, change: Change) -> tuple[DriftRow, list[_Edit]]:
    """Tries one change alone; returns its row, and its edits if it matches."""

    def row(state: State, found: int, detail: str = "") -> DriftRow:
        return DriftRow(version, patch.name, change.number, state, files, change.matches, found, detail)

    files: tuple[str, ...] = ()
    if not patch.releases.holds(version) or (change.releases and not change.releases.holds(version)):
        return row("not-for", 0), []
    files = source.named(change)
    if not files:
        nearest = where_code_moved(change, source.paths, source.text)
        return row("drifted", 0, f"none of its files exists: {', '.join(change.files)}{nearest}"), []
    found = [(path, node) for path in files for node in syntax.find(source.root(path), change.rule)]
    done = _holds(change, [source.root(path) for path in files])
    if done and not found:
        return row("already", 0), []
    if len(found) != change.matches:
        return row("drifted", len(found), _mismatch(source, change, files, found)), []
    if done:
        reason = "its condition already holds before the change, so it proves nothing; make the condition narrower"
        return row("drifted", len(found), f"{_places(source, found[:1])}: {reason}"), []
    return row("fits", len(found)), [_edit(source.text(path), path, node, change.fix) for path, node in found]


def _edit(text: str, path: str, node: SgNode, fix: str) -> _Edit:
    start, end = syntax.span(node)
    new = syntax.replacement(fix, node, text)
    if "\r\n" in text:
        new = new.replace("\r\n", "\n").replace("\n", "\r\n")
    return _Edit(path, start, end, new, -1)


def _edited(text: str, edits: Iterable[_Edit], path: str) -> str:
    for edit in sorted((edit for edit in edits if edit.file == path), key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _mark_conflicts(rows: list[DriftRow], edits: list[_Edit], source: _Source) -> None:
    """Marks edits that overlap, whether they belong to two patches or to one."""
    ordered = sorted(edits, key=lambda edit: (edit.file, edit.start, edit.end))
    for first, second in pairwise(ordered):
        if first.file == second.file and second.start < first.end:
            text = source.text(first.file)
            for mine, other in ((first, second), (second, first)):
                name = f"{rows[other.change].patch}, change {rows[other.change].change}"
                detail = f"changes the same code as {name}\n{excerpt(text, first.file, second.start)}"
                rows[mine.change] = replace(rows[mine.change], state="conflict", detail=detail)


def _mark_failed_conditions(
    rows: list[DriftRow], changes: Sequence[tuple[Patch, Change]], texts: Mapping[str, str]
) -> None:
    roots = {path: _root(path, text) for path, text in texts.items()}
    for at, (_, change) in enumerate(changes):
        row = rows[at]
        if row.state != "fits":
            continue
        mine = [roots[path] for path in row.files if path in roots]
        failed = _failure(change, mine) or _broken(row.files, texts, roots)
        if failed:
            rows[at] = replace(row, state="drifted", detail=f"{', '.join(row.files)}: after the change {failed}")


def _failure(change: Change, roots: list[SgNode]) -> str:
    """Which condition fails in the changed files; '' if all hold."""
    if again := sum(len(syntax.find(root, change.rule)) for root in roots):
        return f"its rule still matches {times(again)}; it must not match"
    for number, condition in enumerate(change.after, 1):
        found = sum(len(syntax.find(root, condition.rule)) for root in roots)
        if found != condition.matches:
            return f"condition {number} matches {times(found)}; it must match {times(condition.matches)}"
    return ""


def _broken(files: Iterable[str], texts: Mapping[str, str], roots: Mapping[str, SgNode]) -> str:
    for path in files:
        if path in roots and (errors := syntax.errors(roots[path])):
            return f"the file has a syntax error\n{excerpt(texts[path], path, syntax.span(errors[0])[0])}"
    return ""


def _holds(change: Change, roots: list[SgNode]) -> bool:
    return all(
        sum(len(syntax.find(root, condition.rule)) for root in roots) == condition.matches for condition in change.after
    )


def _mismatch(source: _Source, change: Change, files: Sequence[str], found: Sequence[tuple[str, SgNode]]) -> str:
    counts = f"{', '.join(files)}: its rule matches {times(len(found))}; it must match {times(change.matches)}"
    if found:
        return f"{counts}\n{_places(source, found)}"
    return counts + where_code_moved(change, source.paths, source.text, files)


def _places(source: _Source, found: Sequence[tuple[str, SgNode]]) -> str:
    return "\n".join(excerpt(source.text(path), path, syntax.span(node)[0], lines=1) for path, node in found[:5])


def _root(path: str, text: str) -> SgNode:
    language = syntax.language_of(path)
    assert language, path  # load refuses other extensions
    return syntax.parse(text, language)


def _globs(path: str, pattern: str) -> bool:
    """Whether a glob matches: ``*`` does not match a slash, ``**`` does."""
    steps = path.split("/")
    ends = {0}  # how many steps of the path the pattern so far can match
    for part in pattern.split("/"):
        if part == "**":
            ends = {end for start in ends for end in range(start, len(steps) + 1)}
        else:
            ends = {end + 1 for end in ends if end < len(steps) and fnmatchcase(steps[end], part)}
    return len(steps) in ends
