"""Checks of what a package's code imports, against the packages that it declares and what the release exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ohifbuild.core.paths import exists
from ohifbuild.doctor.findings import Check, Finding, Spot
from ohifbuild.doctor.package_checks import Target, spot_in_manifest, table_of
from ohifbuild.javascript.exports import exports_of
from ohifbuild.javascript.imports import Import
from ohifbuild.javascript.resolve import package_name, relative_module
from ohifbuild.packages.fit import REACT
from ohifbuild.packages.known_moves import new_package
from ohifbuild.packages.missing_names import missing_names
from ohifbuild.packages.package_files import PackageFiles, SourceFile
from ohifbuild.packages.peers import BUILD_TOOLS, at_least

DEEP = re.compile(r"(@ohif/[^/]+)/(?:src|dist|lib)(?:/|$)")
NODE_BUILTINS = frozenset(
    {"assert", "buffer", "child_process", "crypto", "events", "fs", "http", "https", "os", "path"}
)
ID = re.compile(r"^\s*(?:export\s+)?const\s+id\s*=\s*(['\"])([^'\"]+)\1", re.MULTILINE)
IMPLICIT = frozenset({*REACT, "@babel/runtime", "prop-types"})
"""Peers that compiled code needs without an import in the source."""


def source(package: PackageFiles, target: Target) -> Finding:
    """Files that cannot be read or parsed, and imports of files that do not exist."""
    check = Check("source", "Source files")
    spots = [Spot(name, 0, "no text in UTF-8, or larger than 4 MB", "Save it as UTF-8.") for name in package.unreadable]
    spots += [
        Spot(file.path, found.place.line, f"'{found.module}' does not exist", "Correct the path.")
        for file in package.sources
        for found in file.needed_imports
        if found.module.startswith(".") and not _exists(package, file, found.module)
    ]
    unclear = [
        Spot(each.path, each.error_line, "probably a syntax error", "Correct the line, if a build says so too.")
        for each in package.sources
        if each.error_line
    ]
    if spots:
        return check.wrong("The bundler cannot read all files.", "The build fails.", "", spots=[*spots, *unclear])
    if unclear:
        effect = "Its parser takes rare but valid code, such as a name 'type' in a list of exports, for an error."
        return check.note("Doctor cannot parse all files.", effect, spots=unclear)
    return check.right(f"{len(package.sources)} files, from {', '.join(package.entries) or 'no known entry'}")


def default_export(package: PackageFiles, target: Target) -> Finding:
    """The default export of each entry, which is the extension or the mode."""
    check = Check("entry", "Entry")
    spots = []
    for entry in package.entries:
        found = exports_of(package.root / entry, relative_module)
        if found.complete and "default" not in found.values:
            edit = "Write: export default { id: 'NAME' }; or use it only as a library that another package imports."
            spots.append(Spot(entry, 0, "it has no default export", edit))
    if spots:
        effect = "OHIF takes the default export for the extension or the mode, and finds nothing."
        return check.wrong("An entry exports no extension and no mode.", effect, "", spots=spots)
    if not package.entries:
        return check.not_checked("there is no entry.")
    return check.right(f"{', '.join(package.entries)} has a default export.")


def declared(package: PackageFiles, target: Target) -> Finding:
    """Packages that are imported and not declared, and peers that nothing imports."""
    check = Check("declared", "Declared packages")
    tables = {key: table_of(package, key) for key in ("dependencies", "peerDependencies", "optionalDependencies")}
    known = {name for table in tables.values() for name in table}
    spots, lost = [], False
    seen: set[str] = set()
    for file, found in _imports(package):
        name = package_name(found.module)
        own = name == package.document.get("name")
        if not name or name in seen or name in known or own or _is_builtin(name):
            continue
        seen.add(name)
        version = target.versions.get(name, "")
        lost |= bool(target.versions) and not version
        from_host = version or name in REACT or name.startswith(("@ohif/", "@cornerstonejs/"))
        wanted = at_least(version) if version else "*" if from_host else "VERSION"
        edit = f'Add to {"peerDependencies" if from_host else "dependencies"}: "{name}": "{wanted}"'
        spots.append(Spot(file.path, found.place.line, f"{name} is imported and not declared", edit))
    used = {package_name(found.module) for _, found in _imports(package)} | IMPLICIT
    spots += [
        spot_in_manifest(package, f"nothing imports the peer {name}", "Remove it.", "peerDependencies", name)
        for name in tables["peerDependencies"]
        if name not in used and (BUILD_TOOLS.fullmatch(name) or not name.startswith("@ohif/"))
    ]
    if lost:
        found_ = f"The code imports packages that it does not declare and OHIF {target.version} does not have."
        return check.wrong(found_, "The bundler cannot find them.", "", spots=spots)
    if spots:
        return check.note(
            "The declared packages are not those that the code imports.", "Builds may change.", spots=spots
        )
    return check.right("Those that the code imports.")


def deep_imports(package: PackageFiles, target: Target) -> Finding:
    """Imports of files inside OHIF's packages, which each release may move."""
    check = Check("deep-imports", "Imports inside OHIF's packages")
    spots = []
    for file, found in _imports(package):
        deep = DEEP.match(found.module)
        if not deep:
            continue
        names = [name.name for name in found.names if not name.erased]
        public = target.lists.packages.get(deep[1]) if target.lists else None
        there = public is not None and bool(names) and not found.whole and all(name in public.values for name in names)
        edit = (
            f"import {{ {', '.join(names)} }} from '{deep[1]}';"
            if there
            else f"Use a public name of {deep[1]}, or what the managers and services give; or copy the code."
        )
        spots.append(Spot(file.path, found.place.line, f"'{found.module}'", edit))
    if spots:
        effect = "Each release may move such files, and a published release does not have them."
        return check.note("The code imports files inside OHIF's packages.", effect, spots=spots)
    return check.right("None.")


def exports(package: PackageFiles, target: Target) -> Finding:
    """Names that the release's packages do not export: ``undefined`` in the browser."""
    check = Check("exports", "Imported names")
    if target.lists is None:
        return check.not_checked(target.why_not)
    missing = list(missing_names(package, target.lists))
    if not missing:
        return check.right(f"OHIF {target.version} exports all that the code imports.")
    if target.published and not any(each.module.startswith(".") for each in missing):
        edit = "ohifbuild build --from git may have it; doctor needs OHIF's source to know."
        spots = [Spot(each.file.path, each.name.place.line, each.what, edit) for each in missing]
        effect = "A published viewer lacks the names that OHIF itself does not use."
        return check.note(
            f"The published OHIF {target.version} lacks names that the code imports.", effect, spots=spots
        )
    spots = [Spot(each.file.path, each.name.place.line, each.what, each.advice) for each in missing]
    effect = "In the browser these names are undefined; a build from source refuses them."
    return check.wrong("Modules do not export names that the code imports from them.", effect, "", spots=spots)


def old_ui(package: PackageFiles, target: Target) -> Finding:
    """Imports of ``@ohif/ui``, which OHIF replaces by ``@ohif/ui-next``."""
    check = Check("old-ui", "Imports of @ohif/ui")
    spots = []
    for file, found in _imports(package):
        if found.module == "@ohif/ui":
            names = [name.name for name in found.names if not name.erased]
            moved = [name for name in names if new_package("@ohif/ui", name)]
            edit = f"import {{ {', '.join(moved)} }} from '@ohif/ui-next';" if moved else "See OHIF's migration guides."
            spots.append(Spot(file.path, found.place.line, f"imports {', '.join(names) or 'all'}", edit))
    if spots:
        return check.note("The code imports @ohif/ui.", "OHIF replaces it by @ohif/ui-next.", spots=spots)
    return check.right("None.")


def identifier(package: PackageFiles, target: Target) -> Finding:
    """The id, by which modes name an extension, and which ``pluginConfig.json`` takes for the package's name."""
    check = Check("id", "Id")
    name = package.document.get("name")
    for file in package.sources:
        stem = file.path.rsplit("/", 1)[-1].split(".")[0]
        found = ID.search(file.text) if stem == "id" or file.path in package.entries else None
        if found and found[2] != name:
            line = file.text[: found.start(2)].count("\n") + 1
            edit = f"import packageJson from '../package.json'; export const id = packageJson.name; or: id = '{name}'"
            spot = Spot(file.path, line, f"id = '{found[2]}', and the package is '{name}'", edit)
            effect = "Modes that depend on the one cannot find the other."
            return check.note("The id is not the package's name.", effect, spots=[spot])
    return check.right(str(name))


def _imports(package: PackageFiles) -> Iterator[tuple[SourceFile, Import]]:
    for file in package.sources:
        for found in file.kept_imports:
            yield file, found


def _exists(package: PackageFiles, file: SourceFile, module: str) -> bool:
    plain = module.split("?")[0].split("!")[-1]
    importer = package.root / file.path
    return relative_module(importer, plain) is not None or exists(importer.parent / plain)


def _is_builtin(name: str) -> bool:
    return name.startswith("node:") or name in NODE_BUILTINS


IMPORT_CHECKS: Iterable[Callable[[PackageFiles, Target], Finding]] = (
    source,
    default_export,
    exports,
    old_ui,
    deep_imports,
    declared,
    identifier,
)
