"""The entry of an OHIF package, and whether it is an extension or a mode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild.javascript.exports import exports_of
from ohifbuild.javascript.resolve import relative_module
from ohifbuild.packages.files import is_inside
from ohifbuild.packages.imports import code_of, imports_of, resolved_module

KEYWORDS = {"ohif-extension": "extensions", "ohif-mode": "modes"}
# The order in which OHIF's bundler reads them: `exports` before its `mainFields`.
FIELDS = ("exports", "module", "browser", "main")
# The conditions of `exports` in webpack's order for an import in the browser; `require` for packages that are older.
CONDITIONS = ("import", "module", "browser", "default", "require")
USUAL = ("src/index", "index")
MODE = re.compile(r"\bmodeFactory\b")
# OHIF's ExtensionManager calls these of an extension.
EXTENSION = re.compile(
    r"\b(?:preRegistration|onModeEnter|get(?:Commands|Customization|DataSources|HangingProtocol|LayoutTemplate|Panel"
    r"|SopClassHandler|Toolbar|Utility|Viewport|StateSync|Context)\w*Module)\b"
)
ID_AT_ONCE = re.compile(r"export\s+default\s*\{\s*id\s*:\s*(['\"])([^'\"\n]{1,200})\1")
ID_CONSTANT = re.compile(r"\b(?:const|let|var)\s+id\s*=\s*(['\"])([^'\"\n]{1,200})\1")


@dataclass(frozen=True)
class Entry:
    """The module whose default export is the extension or the mode: ``path`` as ``./PATH``, and notes about it."""

    path: str
    notes: tuple[str, ...] = ()


def find_entry(root: Path, manifest: dict[str, Any]) -> Entry | str:
    """The entry of an OHIF package, or a clause that says why there is none.

    The first field of ``FIELDS`` that names a file decides. If none does, the usual places of the source are used: the
    packages that OHIF's tools make name ``dist/`` as well, which is not in their repositories.
    """
    named = {field: path for field in FIELDS if (path := _named(manifest, field))}
    outside = [path for path in named.values() if not is_inside(root, path)]
    if outside:
        return f"it names {outside[0]!r}, which is not a path in the package"
    missing: list[str] = []
    for field, path in named.items():
        if found := resolved_module(root / path):
            return _entry(root, found, missing)
        missing.append(f"{field} ({path})")
    for usual in USUAL:
        if found := resolved_module(root / usual):
            return _entry(root, found, missing or ["module"])
    if missing:
        return f"its {' and '.join(missing)} does not exist, and it has no src/index.*"
    return "it has no 'module' and no src/index.*"


def find_kind(root: Path, manifest: dict[str, Any], entry: str) -> tuple[str, str] | None:
    """``extensions`` or ``modes``, and a note if only the code says it and no keyword; None if nothing says it."""
    keywords = manifest.get("keywords")
    for word, kind in KEYWORDS.items():
        if isinstance(keywords, list) and word in keywords:
            return kind, ""
    for module in imports_of(root, (entry,)).modules:
        code = code_of(module)
        for kind, pattern in (("modes", MODE), ("extensions", EXTENSION)):
            if found := pattern.search(code):
                word = next(word for word, name in KEYWORDS.items() if name == kind)
                where = module.relative_to(root).as_posix()
                return kind, f"has no keyword; it is taken for an {word}, because {where} has {found[0]}"
    return None


def is_library(module: Path) -> bool:
    """Whether a module certainly has no default export, so that OHIF could register nothing of it."""
    found = exports_of(module, relative_module)
    return found.complete and "default" not in found.values


def find_id(root: Path, entry: str) -> str | None:
    """The id that the code states as a constant, or None: it may also be computed, such as from ``package.json``."""
    modules = [root / entry, *(item for item in imports_of(root, (entry,)).modules if item.stem == "id")]
    for module, pattern in zip(modules, (ID_AT_ONCE, *(ID_CONSTANT,) * len(modules)), strict=False):
        if found := pattern.search(code_of(module)):
            return found[2]
    return None


def _entry(root: Path, found: Path, missing: list[str]) -> Entry:
    path = "./" + found.relative_to(root).as_posix()
    return Entry(path, (f"has no {' and no '.join(missing)}; its entry is {path}",) if missing else ())


def _named(manifest: dict[str, Any], field: str) -> str | None:
    value = manifest.get(field)
    if field == "exports":
        value = value.get(".", value) if isinstance(value, dict) else value
        return next(_targets(value, depth=0), None)
    return value if isinstance(value, str) and value else None


def _targets(value: object, *, depth: int) -> Iterator[str]:
    """The paths of an ``exports`` value, in the order of ``CONDITIONS``."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < 10:
        for item in value:
            yield from _targets(item, depth=depth + 1)
    elif isinstance(value, dict) and depth < 10:
        for condition in CONDITIONS:
            if condition in value:
                yield from _targets(value[condition], depth=depth + 1)
