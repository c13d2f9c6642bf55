"""The files of a package that can get into a viewer: which they are, what is wrong with them, and a copy of them."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.core.digests import digest_of_tree
from ohifbuild.core.paths import is_file, is_folder

BUILT = "dist"
IGNORED = frozenset({"node_modules", "test", "tests", "__tests__", "coverage", BUILT})
# Babel, PostCSS, SVGR and others look for such files beside each file that they read, and would run them during the
# build; they also read keys of the nearest package.json. OHIF's own settings apply instead.
KEYS = ("babel", "browserslist", "postcss", "prettier", "svgo", "svgr")
SETTINGS = re.compile(
    r"(?:babel|postcss|svgo|svgr|prettier|tailwind|webpack|rspack|rsbuild|vite|rollup|jest|eslint)\.config\.\w+",
    re.IGNORECASE,
)
# What ohifbuild reads and writes in the folder of a package that has its own recipe: if this counted, a build would
# change what the next one is made of, and no lock would hold.
RECIPES = re.compile(r"ohifbuild\.(?:toml|lock)|.+\.(?:evidence|rejected)")
DIST = "ohifbuild-manifest.json"
MAX_FILE = 100 << 20
MAX_FILES = 20_000
MAX_DEPTH = 40


def is_inside(root: Path, path: str) -> bool:
    """Whether ``path``, which may be hostile, leads to a place in the folder ``root`` once all links are followed."""
    try:
        return "\0" not in path and Path(os.path.realpath(root / path)).is_relative_to(os.path.realpath(root))
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can state and no file system can
        return False


@dataclass(frozen=True)
class FileProblem:
    """A file that a package cannot have: a clause that says why, and the edit that solves it."""

    what: str
    fix: str


def sources_of(root: Path, *, with_built: bool = False) -> list[tuple[str, str]]:
    """Names and digests of the files that can get into a viewer, in the order of their names.

    Modes, times and the order of a folder do not count, so the result is the same on every machine.
    """
    return sorted((name, digest_of_tree(root / name)) for name in shipped(root, with_built=with_built))


def shipped(root: Path, *, with_built: bool = False) -> Iterator[str]:
    """The names of the files that can get into a viewer, relative to ``root``.

    Args:
        with_built: whether ``dist/`` belongs to them, which is so if an entry lies there.
    """
    for folder, _, names in _walk(root, with_built=with_built):
        for name in names:
            if is_file(folder / name) and not SETTINGS.fullmatch(name):
                yield (folder / name).relative_to(root).as_posix()


def copy_files(root: Path, target: Path, *, with_built: bool) -> None:
    """Copies the files that can get into a viewer to the new folder ``target``."""
    for name in shipped(root, with_built=with_built):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target / name)
    _remove_settings(target)


def copy_dependency(source: Path, target: Path) -> None:
    """Copies an installed package; ``target`` may have packages in its ``node_modules`` already."""

    def ignored(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name.startswith(".") or SETTINGS.fullmatch(name)]

    shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
    _remove_settings(target)


def _remove_settings(root: Path) -> None:
    """Removes ``KEYS`` from each package.json."""
    for path in root.rglob("package.json"):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError, RecursionError):
            path.unlink()  # no tool could read it either
            continue
        if isinstance(manifest, dict) and any(key in manifest for key in KEYS):
            kept = {key: value for key, value in manifest.items() if key not in KEYS}
            path.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def file_problems(root: Path, *, with_built: bool = False) -> list[FileProblem]:
    """What is wrong with the files: links that lead out, files that are too large, names that cannot be printed."""
    found: list[FileProblem] = []
    count = 0
    for folder, folders, names in _walk(root, with_built=with_built):
        count += len(names)
        if len(folder.relative_to(root).parts) >= MAX_DEPTH and folders:
            found.append(FileProblem(f"its folders are nested more than {MAX_DEPTH} deep", "Make them flatter."))
            folders.clear()
        found += [problem for name in (*folders, *names) if (problem := _file_problem(root, folder / name))]
    if count > MAX_FILES:
        what = f"it has {count} files, and {MAX_FILES} are allowed"
        found.append(FileProblem(what, "Give the folder of the package alone, without data."))
    return found


def _file_problem(root: Path, path: Path) -> FileProblem | None:
    name = path.relative_to(root).as_posix()
    if not name.isprintable() or any(0xD800 <= ord(letter) < 0xE000 for letter in name):
        shown = name.encode("unicode_escape", "surrogatepass").decode()[:100]
        return FileProblem(f"the name of its file '{shown}' has characters that cannot be printed", "Rename the file.")
    if path.is_symlink() and not (is_inside(root, name) and is_file(path)):
        target = (
            "outside the package" if not is_inside(root, name) else "to a folder" if is_folder(path) else "to nothing"
        )
        return FileProblem(f"{name} is a link {target}", "Replace the link with a copy.")
    if path.is_file() and path.stat().st_size > MAX_FILE:
        size = path.stat().st_size >> 20
        what = f"{name} has {size} MB, and a file of a package may have {MAX_FILE >> 20} MB"
        return FileProblem(what, "Serve the file beside the viewer, and load it by its URL.")
    return None


def is_of_a_build(path: Path) -> bool:
    """Whether a build of the package's own recipe reads or writes it: recipe, lock, dist or evidence."""
    return RECIPES.fullmatch(path.name) is not None or is_file(path / DIST)


def _walk(root: Path, *, with_built: bool) -> Iterator[tuple[Path, list[str], list[str]]]:
    """As ``os.walk``, without hidden files and without folders that never get into a viewer."""
    left_out = IGNORED - {BUILT} if with_built else IGNORED
    pending = [root]
    while pending:  # not os.walk, which recurses
        folder = pending.pop()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        visible = [entry for entry in entries if not entry.name.startswith(".") and not is_of_a_build(Path(entry.path))]
        if folder == root:
            visible = [entry for entry in visible if entry.name not in left_out]
        folders = [entry.name for entry in visible if is_folder(Path(entry.path))]
        yield folder, folders, [entry.name for entry in visible if entry.name not in folders]
        pending += [folder / name for name in folders if not (folder / name).is_symlink()]
