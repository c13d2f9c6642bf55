"""Turns a package of OHIF's CLI era (3.4 to 3.12) into one that builds with a current release.

Only what is understood is changed: each edit is of one syntax node or one JSON value, and everything else keeps its
bytes. What needs a person is listed.
"""

from __future__ import annotations

import codecs
import difflib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.core.temporary import held_folder
from ohifbuild.packages.export_lists import ExportLists
from ohifbuild.packages.migrate_code import migrated_code
from ohifbuild.packages.migrate_manifest import migrated_manifest
from ohifbuild.packages.package_files import read_package_files

MANIFEST = "package.json"
WORK = ".ohifbuild-migrate-"


@dataclass(frozen=True)
class Migration:
    """What ``migrate`` would do with a package.

    Args:
        root: the package's folder.
        before: the text of each file that changes, by its path.
        after: their new texts.
        done: what each edit does, with its file.
        by_hand: what a person has to do, with file and line.
    """

    root: Path
    before: Mapping[str, str]
    after: Mapping[str, str]
    done: tuple[str, ...]
    by_hand: tuple[str, ...]

    def diff(self, folder: str = "") -> str:
        """The edits as a unified diff, whose paths begin with ``folder``."""
        parts = []
        for name in sorted(self.after):
            old, new = self.before[name].splitlines(keepends=True), self.after[name].splitlines(keepends=True)
            for line in difflib.unified_diff(old, new, f"a/{folder}{name}", f"b/{folder}{name}"):
                parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
        return "".join(parts)

    def apply(self) -> None:
        """Writes the files: first all of them into a folder beside them, then each takes its place in one step."""
        with held_folder(self.root, WORK) as work:
            ready: list[tuple[Path, Path]] = []
            for name, text in self.after.items():
                path, new = self.root / name, work / str(len(ready))
                mark = codecs.BOM_UTF8 if path.read_bytes().startswith(codecs.BOM_UTF8) else b""
                new.write_bytes(mark + text.encode())
                shutil.copymode(path, new)
                ready.append((new, path))
            for new, path in ready:
                new.replace(path)


def plan_migration(root: Path, lists: ExportLists | None, versions: Mapping[str, str]) -> Migration:
    """Works out the edits for the package in a folder.

    Args:
        lists: what the release's packages export; None if that is unknown.
        versions: the versions of the packages that the release has.

    Raises:
        ValueError: its package.json is not a JSON object.
    """
    package = read_package_files(root)
    if package.manifest is None:
        raise ValueError(f"{root / MANIFEST} is not a JSON object")
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    done: list[str] = []
    by_hand: list[str] = []
    imported: set[str] = set()
    for file in package.sources:
        result = migrated_code(package, file, lists)
        imported |= result.imported
        done += result.done
        by_hand += result.by_hand
        if result.text != file.text:
            before[file.path], after[file.path] = file.text, result.text
    manifest = migrated_manifest(package, imported, versions)
    done = [*manifest.done, *done]
    by_hand = [*manifest.by_hand, *by_hand]
    if manifest.text != package.manifest.text:
        before[MANIFEST], after[MANIFEST] = package.manifest.text, manifest.text
    return Migration(package.root, before, after, tuple(done), tuple(by_hand))
