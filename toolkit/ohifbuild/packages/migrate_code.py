"""The edits of ``migrate`` in a source file: imports whose names are elsewhere now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ohifbuild.javascript.imports import Import, ImportedName, imports_of
from ohifbuild.javascript.resolve import package_name
from ohifbuild.javascript.syntax import module_grammar
from ohifbuild.packages.export_lists import ExportLists
from ohifbuild.packages.known_moves import new_package
from ohifbuild.packages.package_files import PackageFiles, SourceFile

DEEP = re.compile(r"(@ohif/[^/]+)/(?:src|dist|lib)(?:/|$)")
COMMA = re.compile(r"\s*,")


@dataclass(frozen=True)
class CodeMigration:
    """The new text of a file, what was done, what is left to a person, and the packages that it imports."""

    text: str
    done: tuple[str, ...]
    by_hand: tuple[str, ...]
    imported: frozenset[str]


def migrated_code(package: PackageFiles, file: SourceFile, lists: ExportLists | None) -> CodeMigration:
    """The file with the imports that a release has elsewhere; a file with syntax errors stays as it is."""
    grammar = module_grammar(file.path)
    assert grammar
    text = file.text
    done: list[str] = []
    by_hand: list[str] = []
    if file.error_line:
        by_hand.append(f"{file.path}:{file.error_line}: migrate cannot parse the file, and left it as it is.")
    else:
        # From the end, so that the places of the others stay right.
        for found in reversed(file.imports):
            new, said = _edited(text, found, lists)
            if new != text:
                text = new
                done.insert(0, f"{file.path}:{found.place.line}: {said}")
        left = imports_of(text, grammar)
        by_hand = [f"{file.path}:{line}: {what}" for line, what in _left(left, lists)]
    after = replace(file, text=text, imports=tuple(imports_of(text, grammar)))
    imported = frozenset(package_name(each.module) for each in after.kept_imports)
    return CodeMigration(text, tuple(done), tuple(by_hand), imported - {""})


def _edited(text: str, found: Import, lists: ExportLists | None) -> tuple[str, str]:
    if found.kind not in ("import", "export") or found.is_type or not found.names:
        return text, ""
    deep = DEEP.match(found.module)
    if deep and not found.whole and lists:
        public = lists.packages.get(deep[1])
        if public and all(each.name in public.values for each in found.names):
            return _with_module(text, found, deep[1]), f"imports from {deep[1]} instead of {found.module}."
    moved = [each for each in found.names if each.specifier[1] and _moves(found.module, each.name, lists)]
    if not moved or found.namespace:
        return text, ""
    target = str(new_package(found.module, moved[0].name))
    names = ", ".join(each.name for each in moved)
    if len(moved) == len(found.names) and not found.whole:
        return _with_module(text, found, target), f"imports {names} from {target} instead of {found.module}."
    if found.kind == "export" or found.whole:
        return text, ""
    return _split(text, found, moved, target), f"imports {names} from {target} instead of {found.module}."


def _moves(module: str, name: str, lists: ExportLists | None) -> bool:
    target = new_package(module, name)
    known = lists.packages.get(target) if lists and target else None
    return target is not None and (known is None or name in known.values)


def _with_module(text: str, found: Import, module: str) -> str:
    place = found.module_place
    return text[: place.start] + module + text[place.end :]


def _split(text: str, found: Import, moved: Sequence[ImportedName], target: str) -> str:
    start, end = found.place.start, found.place.end
    quote = text[found.module_place.start - 1]
    line = text[text.rfind("\n", 0, start) + 1 : start]
    indent = line if not line.strip() else ""
    newline = "\r\n" if "\r\n" in text else "\n"
    names = ", ".join(text[slice(*each.specifier)] for each in moved)
    stop = ";" if text[start:end].endswith(";") else ""
    added = f"{newline}{indent}import {{ {names} }} from {quote}{target}{quote}{stop}"
    text = text[:end] + added + text[end:]
    for each in reversed(moved):
        text = _without(text, *each.specifier)
    return text


def _without(text: str, start: int, end: int) -> str:
    """The text without the item of a list at ``start`` to ``end``, and without the item's comma."""
    comma = COMMA.match(text, end)
    if comma is None:
        before = text[:start].rstrip()
        return before.removesuffix(",") + text[end:]
    rest = text[comma.end() :]
    following = rest.lstrip()
    if following.startswith("}"):
        return text[:start].rstrip() + rest
    return text[:start] + following


def _left(imports: Sequence[Import], lists: ExportLists | None) -> list[tuple[int, str]]:
    found = []
    for each in imports:
        if each.is_type:
            continue
        if DEEP.match(each.module):
            what = "is inside an OHIF package: use a public name, or what the managers and services give."
            found.append((each.place.line, f"'{each.module}' {what}"))
        for name in each.names:
            if lists and not name.erased and lists.lacks(each.module, name.name):
                said = f"{each.module} has no export '{name.name}'. {lists.advice(each.module, name.name)}"
                found.append((name.place.line, said))
        if each.module == "@ohif/ui" and not (lists and any(lists.lacks("@ohif/ui", name.name) for name in each.names)):
            found.append((each.place.line, "OHIF replaces @ohif/ui by @ohif/ui-next, whose components differ."))
    return found
