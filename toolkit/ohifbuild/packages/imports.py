"""What a package's code imports: its own modules, from an entry on, and the names of other packages.

A bundler knows it better, but only after minutes and with all packages installed. Imports of types alone are left out,
because Babel drops them. A specifier that is computed at run time is not seen.
"""

from __future__ import annotations

import functools
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.core.paths import is_file
from ohifbuild.javascript import imports as syntax
from ohifbuild.javascript.resolve import read_source
from ohifbuild.javascript.syntax import module_grammar

# In the order in which OHIF's webpack configuration tries them.
ENDINGS = ("", ".js", ".jsx", ".json", ".ts", ".tsx", ".mjs", ".cjs")
TYPED = frozenset({".ts", ".tsx"})
CODE = frozenset({".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs"})
COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"`\\])//[^\n]*", re.DOTALL)
PACKAGE = re.compile(r"(?:@[\w.~-]+/)?[\w.~-]+")
MAX_CODE = 8 << 20


@dataclass(frozen=True)
class Imports:
    """What the code from an entry on imports: ``modules`` of its own by path, and ``packages`` by name."""

    modules: tuple[Path, ...]
    packages: frozenset[str]


def imports_of(root: Path, entries: tuple[str, ...]) -> Imports:
    """Follows the imports from ``entries``, which are paths relative to ``root``."""
    found: dict[Path, None] = dict.fromkeys((root / entry).resolve() for entry in entries)
    packages: set[str] = set()
    pending = list(found)
    while pending:
        module = pending.pop()
        for path in _imported(module):
            if path.startswith("."):
                target = resolved_module(module.parent / path)
                if target and target.is_relative_to(root) and target not in found:
                    found[target] = None
                    pending.append(target)
            elif match := PACKAGE.match(path):
                packages.add(match[0])
    return Imports(tuple(found), frozenset(packages))


def resolved_module(path: Path) -> Path | None:
    """The file that an import of ``path`` means: itself, with an ending, or the index of a folder."""
    candidates = [Path(f"{path}{ending}") for ending in ENDINGS]
    candidates += [path / f"index{ending}" for ending in ENDINGS if ending]
    return next((Path(os.path.realpath(item)) for item in candidates if is_file(item)), None)


def code_of(module: Path) -> str:
    """The text of a module without comments; "" for what is not code."""
    if module.suffix not in CODE or not is_file(module) or module.stat().st_size > MAX_CODE:
        return ""
    return COMMENT.sub("", module.read_text(encoding="utf-8-sig", errors="replace"))


def _imported(module: Path) -> tuple[str, ...]:
    text, language = read_source(module), module_grammar(module.name)
    return _kept(text, language, module.suffix in TYPED) if text is not None and language else ()


@functools.lru_cache(maxsize=512)  # a package's modules are looked through for its kind, its id and what it needs
def _kept(text: str, language: str, typed: bool) -> tuple[str, ...]:
    found = syntax.imports_of(text, language)
    return tuple(each.module for each in found if not (each.dropped if typed else each.is_type))
