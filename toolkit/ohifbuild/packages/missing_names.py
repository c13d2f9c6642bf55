"""The names that a package imports and that do not exist: in OHIF's packages, and in its own files.

Only what is certain counts: both files can be parsed, all names of the module are known, and the import is used as a
value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.javascript.exports import Exports, exports_of
from ohifbuild.javascript.imports import ImportedName
from ohifbuild.javascript.resolve import relative_module
from ohifbuild.javascript.syntax import module_grammar
from ohifbuild.packages.export_lists import ExportLists
from ohifbuild.packages.package_files import PackageFiles, SourceFile


@dataclass(frozen=True)
class MissingName:
    """A name that ``module`` does not export, where it is imported, and the edit that solves it."""

    file: SourceFile
    module: str
    name: ImportedName
    advice: str

    @property
    def what(self) -> str:
        """The fault as a clause."""
        return f"{self.module} has no export '{self.name.name}'"


def missing_names(package: PackageFiles, lists: ExportLists) -> Iterator[MissingName]:
    """The missing names in the order of the package's files."""
    own: dict[Path, Exports] = {}
    for file in package.sources:
        if file.error_line:
            continue
        for each in file.kept_imports:
            target = relative_module(package.root / file.path, each.module)
            if target is not None and module_grammar(target.name):
                if target not in own:
                    own[target] = exports_of(target, relative_module)
                known = ExportLists({each.module: own[target]})
            else:
                known = lists
            for name in each.names:
                if name.is_used and known.lacks(each.module, name.name):
                    yield MissingName(file, each.module, name, known.advice(each.module, name.name))
