"""What the packages of an OHIF release export, read from its source, and where a name that is gone is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ohifbuild.javascript.exports import Exports, exports_of
from ohifbuild.javascript.resolve import entry_of, read_manifest, relative_module
from ohifbuild.packages.known_moves import new_package

OHIF = ("platform/*", "extensions/*", "modes/*")
INSTALLED = "node_modules/@cornerstonejs/*"
# A name that several packages export is looked for in these first: they are what extensions are written against.
PREFERRED = ("@ohif/ui-next", "@ohif/core", "@ohif/extension-default", "@ohif/extension-cornerstone")


@dataclass(frozen=True)
class ExportLists:
    """The exports of a release's packages, by the packages' names."""

    packages: Mapping[str, Exports]

    def lacks(self, package: str, name: str) -> bool:
        """Whether it is certain that a package of the release does not export a name, neither as value nor as type."""
        known = self.packages.get(package)
        return known is not None and known.complete and name not in known.values and name not in known.types

    def homes(self, name: str) -> list[str]:
        """The packages that export a name, the likeliest first."""
        found = [package for package, exports in self.packages.items() if name in exports.values]
        return sorted(found, key=lambda each: (PREFERRED.index(each) if each in PREFERRED else len(PREFERRED), each))

    def nearest(self, package: str, name: str) -> str | None:
        """The name of the package's own that is most like ``name``."""
        known = self.packages.get(package)
        matches = get_close_matches(name, sorted(known.values), n=1, cutoff=0.75) if known else []
        return matches[0] if matches else None

    def advice(self, package: str, name: str) -> str:
        """The edit for an import of a name that ``package`` does not export."""
        homes = [each for each in self.homes(name) if each != package] if name != "default" else []
        if homes:
            edit = f"import {{ {name} }} from '{homes[0]}';"
            if new_package(package, name) == homes[0] or package != "@ohif/ui":
                return f"Import it from its new home: {edit}"
            return f"Another one of this name is in {homes[0]}; compare how it is used: {edit}"
        nearest = self.nearest(package, name)
        if nearest:
            return f"The nearest name that it exports is '{nearest}'."
        if package.startswith("."):
            return f"Export '{name}' there, or leave it out."
        if package not in self.packages:
            return "Correct the name, or the version of the package."
        return "No package of this OHIF exports the name: write it yourself, or leave it out."

    def document(self) -> dict[str, Any]:
        """The lists as JSON."""
        return {
            name: {"values": sorted(each.values), "types": sorted(each.types), "complete": each.complete}
            for name, each in sorted(self.packages.items())
        }

    @staticmethod
    def load(document: Mapping[str, Any]) -> ExportLists:
        """The lists of ``document()``."""
        return ExportLists(
            {
                name: Exports(frozenset(each["values"]), frozenset(each["types"]), bool(each["complete"]))
                for name, each in document.items()
            }
        )


def read_export_lists(tree: Path) -> ExportLists:
    """The lists of a source tree; with those of cornerstone's packages, if it is installed."""
    found = {}
    for pattern in (*OHIF, INSTALLED):
        for folder in sorted(tree.glob(pattern)):
            name, entry = read_manifest(folder).get("name"), entry_of(folder)
            if isinstance(name, str) and entry is not None and not folder.name.startswith(("ohifbuild-", "codec-")):
                found[name] = exports_of(entry, relative_module)
    return ExportLists(found)
