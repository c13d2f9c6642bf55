"""Finds the file of a module, as a bundler does: relative paths, and the entry that a package's manifest names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ohifbuild.core.paths import is_file

SUFFIXES = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts")
# The conditions of "exports" that lead to source code or ES modules.
CONDITIONS = ("import", "module", "browser", "default", "require", "types")
LARGEST = 4_000_000
"""Bytes of a source file that is read; OHIF's largest has 0.2 MB."""


def read_source(path: Path) -> str | None:
    """The text of a source file; None if it is no UTF-8 text, too large, or not a file."""
    try:
        if not is_file(path) or path.stat().st_size > LARGEST:
            return None
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    return None if "\0" in text else text


def read_manifest(folder: Path) -> dict[str, Any]:
    """The package.json in a folder; empty if there is none that can be read."""
    try:
        found = json.loads((folder / "package.json").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def module_file(base: Path) -> Path | None:
    """The file that ``base`` means: itself, with a suffix, or the index of that folder."""
    if is_file(base):
        return base
    for suffix in SUFFIXES:
        path = base.with_name(base.name + suffix)
        if is_file(path):
            return path
    for suffix in SUFFIXES:
        path = base / f"index{suffix}"
        if is_file(path):
            return path
    return None


def relative_module(importer: Path, module: str) -> Path | None:
    """The file of a module that begins with a dot, seen from the file that imports it."""
    if not module.startswith("."):
        return None
    base = Path(os.path.normpath(importer.parent / module))
    # TypeScript lets a file name './x.js' and means './x.ts'.
    return module_file(base) or (module_file(base.with_suffix("")) if base.suffix in (".js", ".jsx", ".mjs") else None)


def entry_of(folder: Path) -> Path | None:
    """The entry of the package in a folder."""
    manifest = read_manifest(folder)
    for named in (exported(manifest.get("exports"), "."), manifest.get("module"), manifest.get("main"), "index"):
        if isinstance(named, str):
            found = module_file(Path(os.path.normpath(folder / named)))
            if found is not None and found.resolve().is_relative_to(folder.resolve()):
                return found
    return None


def exported(exports: object, path: str) -> str | None:
    """The target of a path, such as ``.`` or ``./types``, in a manifest's ``exports``; None if it is not exported."""
    if isinstance(exports, str):
        return exports if path == "." else None
    if not isinstance(exports, dict):
        return None
    if not any(str(key).startswith(".") for key in exports):
        return _target(exports, 0) if path == "." else None
    if path in exports:
        return _target(exports[path], 0)
    for key, value in exports.items():
        before, star, after = str(key).partition("*")
        if star and path.startswith(before) and path.endswith(after) and len(path) >= len(before) + len(after):
            target = _target(value, 0)
            return target and target.replace("*", path[len(before) : len(path) - len(after)])
    return None


def _target(value: object, depth: int) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and depth < 8:
        for condition in CONDITIONS:
            found = _target(value.get(condition), depth + 1)
            if found:
                return found
    return None


def package_name(module: str) -> str:
    """The package of an imported module: ``@ohif/core`` of ``@ohif/core/src/utils``; "" for a path or an alias.

    A scope alone, such as OHIF's ``@state``, is no package but an alias in the bundler's configuration.
    """
    parts = module.split("/")
    if module.startswith((".", "/")) or not module or (module.startswith("@") and len(parts) == 1):
        return ""
    return "/".join(parts[: 2 if module.startswith("@") else 1])
