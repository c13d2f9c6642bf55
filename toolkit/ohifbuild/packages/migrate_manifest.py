"""The edits of ``migrate`` in package.json."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from ohifbuild.javascript.json_text import JsonText
from ohifbuild.packages.entry import KEYWORDS, find_id, find_kind
from ohifbuild.packages.fit import REACT
from ohifbuild.packages.npm_ranges import satisfies
from ohifbuild.packages.package_files import PackageFiles
from ohifbuild.packages.peers import BUILD_TOOLS, at_least

BUILT = re.compile(r"(?:\./)?(?:dist|build)/")
SCRIPTS = ("preinstall", "install", "postinstall", "prepare")


@dataclass(frozen=True)
class ManifestMigration:
    """The new text of a package.json, what was done, and what is left to a person."""

    text: str
    done: tuple[str, ...]
    by_hand: tuple[str, ...]


def migrated_manifest(package: PackageFiles, imported: Set[str], versions: Mapping[str, str]) -> ManifestMigration:
    """The package's manifest for a release.

    Args:
        imported: the packages that its code imports after the migration.
        versions: the versions of the packages that the release has; empty if they are unknown.
    """
    assert package.manifest
    edit = _Edit(JsonText(package.manifest.text), package)
    if "ohifbuild" not in package.document:
        edit.entry()
        edit.keyword()
    edit.react()
    edit.peers(imported, versions)
    edit.rest()
    return ManifestMigration(edit.json.text, tuple(edit.done), tuple(edit.by_hand))


class _Edit:
    def __init__(self, json: JsonText, package: PackageFiles) -> None:
        self.json = json
        self.package = package
        self.done: list[str] = []
        self.by_hand: list[str] = []

    def table(self, key: str) -> dict[str, Any]:
        found = self.json.document.get(key)
        return found if isinstance(found, dict) else {}

    def set(self, path: tuple[str, ...], value: object, why: str) -> None:
        if len(path) > 1 and not self.table(path[0]):
            self.json.set(path[:1], {path[1]: value})
        else:
            self.json.set(path, value)
        self.done.append(f"package.json:{self.json.line(*path)}: {why}")

    def remove(self, path: tuple[str, ...], why: str) -> None:
        line = self.json.line(*path)
        self.json.remove(*path)
        self.done.append(f"package.json:{line}: {why}")

    def entry(self) -> None:
        if not self.package.entries:
            self.by_hand.append('package.json: name the entry, for example "module": "src/index.tsx".')
            return
        entry = self.package.entries[0]
        for key in ("module", "main"):
            value = self.json.document.get(key)
            there = isinstance(value, str) and "\0" not in value and (self.package.root / value).exists()
            if there or (value is None and (key == "main" or "exports" in self.json.document)):
                continue
            if isinstance(value, str) and not BUILT.match(value) and key == "main":
                self.by_hand.append(f"package.json:{self.json.line(key)}: {key} names {value}, which does not exist.")
                continue
            self.set((key,), entry, f"{key} is the source that OHIF builds: {entry}")

    def keyword(self) -> None:
        keywords = self.json.document.get("keywords", [])
        if not isinstance(keywords, list) or any(word in keywords for word in KEYWORDS):
            return
        found = (
            find_kind(self.package.root, self.package.document, f"./{self.package.entries[0]}")
            if self.package.entries
            else None
        )
        if found:
            word = next(word for word, kind in KEYWORDS.items() if kind == found[0])
            self.set(("keywords",), [*keywords, word], f"the keyword {word}, by which OHIF knows the package")
        else:
            self.by_hand.append('package.json: add the keyword "ohif-extension" or "ohif-mode".')

    def react(self) -> None:
        for name in REACT:
            wanted = self.table("dependencies").get(name)
            if wanted is not None:
                self.remove(("dependencies", name), f"{name} is no dependency: the viewer has one")
                if name not in self.table("peerDependencies"):
                    self.set(("peerDependencies", name), wanted, f"{name} is a peer")

    def peers(self, imported: Set[str], versions: Mapping[str, str]) -> None:
        for name, wanted in self.table("peerDependencies").items():
            version = versions.get(name, "")
            if name not in imported and (BUILD_TOOLS.fullmatch(name) or (name == "@ohif/ui" and versions)):
                self.remove(("peerDependencies", name), f"nothing imports the peer {name}")
            elif version and not satisfies(version, str(wanted)):
                new = at_least(version)
                self.set(("peerDependencies", name), new, f"{name} {new} instead of {wanted}, which OHIF does not meet")
        declared = {*self.table("peerDependencies"), *self.table("dependencies"), *self.table("optionalDependencies")}
        for name in sorted(imported - declared - {str(self.package.document.get("name"))}):
            version = versions.get(name, "")
            if version:
                self.set(("peerDependencies", name), at_least(version), f"the peer {name}, which the code imports")
            elif versions and not name.startswith("node:"):
                self.by_hand.append(f'package.json: add to dependencies "{name}", which the code imports.')

    def rest(self) -> None:
        for name in SCRIPTS:
            if name in self.table("scripts"):
                line = self.json.line("scripts", name)
                self.by_hand.append(
                    f"package.json:{line}: the script {name} is never run here; do its work before publishing."
                )
        entry = next(iter(self.package.entries), None)
        own_id = find_id(self.package.root, entry) if entry else None
        if own_id and own_id != self.package.document.get("name"):
            what = f"the id is '{own_id}', not the package's name; change it, and where modes name it"
            self.by_hand.append(f"{entry}: {what}.")
        if (self.package.root / ".webpack").is_dir():
            self.by_hand.append(
                ".webpack/ and the scripts that use it are not needed here; remove them if nothing else needs them."
            )
        if not self.json.document.get("license"):
            self.by_hand.append('package.json: name the licence, for example "license": "MIT".')
