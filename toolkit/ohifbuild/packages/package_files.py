"""The files of a package as its checks and ``migrate`` see them: read once, within limits, no link followed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ohifbuild.javascript.imports import Import, imports_of
from ohifbuild.javascript.json_text import JsonText
from ohifbuild.javascript.resolve import read_source, relative_module
from ohifbuild.javascript.syntax import errors, module_grammar, parse
from ohifbuild.packages.entry import Entry, find_entry
from ohifbuild.packages.files import is_inside, is_of_a_build

MOST_FILES = 20_000
MOST_MANIFEST = 1_000_000
TYPED = frozenset({".ts", ".tsx", ".mts"})
SKIPPED = frozenset({"node_modules", "coverage", "test", "tests", "__tests__"})
# Files that the bundler never reads as part of the viewer.
NOT_SHIPPED = (".config.", ".test.", ".spec.", ".stories.", ".d.ts")


@dataclass(frozen=True)
class SourceFile:
    """A source file.

    Args:
        path: relative to the package, with slashes.
        text: its text.
        imports: what it imports.
        error_line: the line of its first syntax error; 0 if it has none.
    """

    path: str
    text: str
    imports: tuple[Import, ...]
    error_line: int

    @property
    def kept_imports(self) -> tuple[Import, ...]:
        """The imports that may be there when the file runs: all but those that TypeScript drops."""
        return tuple(each for each in self.imports if not each.is_type and not (self._is_typed and each.dropped))

    @property
    def needed_imports(self) -> tuple[Import, ...]:
        """The imports that are certainly there when the file runs."""
        return tuple(each for each in self.kept_imports if each.is_needed or not self._is_typed)

    @property
    def _is_typed(self) -> bool:
        return PurePosixPath(self.path).suffix in TYPED


@dataclass(frozen=True)
class PackageFiles:
    """A package's files.

    Args:
        root: its folder.
        manifest: its package.json; None if that is not a JSON object.
        entries: the modules that its manifest names and that exist, relative to it.
        sources: the source files that its entries reach; all of them if there is no entry.
        unreadable: source files that are no text, or too large.
        sizes: the size of each file that is no source file.
    """

    root: Path
    manifest: JsonText | None
    entries: tuple[str, ...]
    sources: tuple[SourceFile, ...]
    unreadable: tuple[str, ...]
    sizes: tuple[tuple[str, int], ...]

    @property
    def document(self) -> dict[str, Any]:
        """The manifest's value; empty if there is none."""
        return self.manifest.document if self.manifest else {}


def read_package_files(root: Path) -> PackageFiles:
    """Reads the files of the package in a folder."""
    root = root.resolve()
    manifest = _manifest(root / "package.json") if is_inside(root, "package.json") else None
    listed = list(_files(root))
    code = {path: path.relative_to(root).as_posix() for path in listed if module_grammar(path.name)}
    entries = tuple(_entries(root, manifest.document if manifest else {}))
    reached = _reached([root / entry for entry in entries], set(code)) if entries else None
    texts, unreadable = {}, []
    for path, name in code.items():
        shipped = not any(part in name for part in NOT_SHIPPED) and not name.startswith(".")
        if path not in reached if reached is not None else not shipped:
            continue
        text = read_source(path)
        if text is None:
            unreadable.append(name)
        else:
            texts[name] = text
    sizes = tuple((path.relative_to(root).as_posix(), path.stat().st_size) for path in listed if path not in code)
    return PackageFiles(
        root, manifest, entries, tuple(_source(*each) for each in texts.items()), tuple(unreadable), sizes
    )


def _manifest(path: Path) -> JsonText | None:
    try:
        if path.stat().st_size > MOST_MANIFEST:
            return None
        return JsonText(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None


def _source(name: str, text: str) -> SourceFile:
    grammar = module_grammar(name)
    assert grammar
    wrong = errors(parse(text, grammar))
    line = wrong[0].range().start.line + 1 if wrong else 0
    return SourceFile(name, text, tuple(imports_of(text, grammar)), line)


def _files(root: Path) -> Iterator[Path]:
    count = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED and not name.startswith(".") and not is_of_a_build(Path(folder, name))
        )
        for name in sorted(names):
            path = Path(folder) / name
            if not path.is_symlink() and path.is_file():
                count += 1
                if count > MOST_FILES:
                    return
                yield path


def _entries(root: Path, document: dict[str, Any]) -> Iterator[str]:
    own = document.get("ohifbuild")
    if isinstance(own, dict):
        modes = own.get("modes")
        named = [own.get("extension"), *(modes if isinstance(modes, list) else [])]
    else:
        entry = find_entry(root, document)
        named = [entry.path] if isinstance(entry, Entry) else []
    for each in named:
        if isinstance(each, str) and is_inside(root, each) and module_grammar(each) and (root / each).is_file():
            yield (root / each).resolve().relative_to(root).as_posix()


def _reached(entries: list[Path], known: set[Path]) -> set[Path]:
    reached, pending = set(), list(entries)
    while pending:
        path = pending.pop()
        if path in reached or (path not in known and path not in entries):
            continue
        reached.add(path)
        text, grammar = read_source(path), module_grammar(path.name)
        if text is not None and grammar:
            found = (relative_module(path, each.module) for each in imports_of(text, grammar))
            pending += [each for each in found if each]
    return reached
