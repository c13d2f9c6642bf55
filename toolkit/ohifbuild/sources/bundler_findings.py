"""What the bundler says about the user's packages: ``record.cjs`` writes it, also when the bundler succeeds.

webpack and Rspack only warn when a module imports a name that another module does not export; in the browser it is then
undefined. Here that is an error. What they say about OHIF's own files is OHIF's affair.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.core.console import Reporter
from ohifbuild.core.counts import counted
from ohifbuild.core.errors import BundleFailed
from ohifbuild.javascript.exports import exports_of
from ohifbuild.javascript.imports import Import, imports_of
from ohifbuild.javascript.resolve import package_name, read_source, relative_module
from ohifbuild.javascript.syntax import module_grammar
from ohifbuild.packages.accepted_names import advice
from ohifbuild.packages.export_lists import ExportLists, read_export_lists

NO_EXPORT = re.compile(r"export ((?:'[^']+'\.?)+) \((imported|reexported) as '[^']+'\) was not found in '([^']+)'")
NO_MODULE = re.compile(r"(?:Can't|Cannot|can't) resolve '([^']+)'")
POSITION = re.compile(r"[(\[](\d+):(\d+)[)\]]")
NOISE = re.compile(r"\x1b\[[0-9;]*m|^[\s×⚠│╰─▶╭·]+", re.MULTILINE)
LONGEST = 160


@dataclass(frozen=True)
class Finding:
    """Something that the bundler says about a file of a user's package.

    Args:
        file: the file in the user's folder.
        line: its line, from 1; 0 if it is unknown.
        column: from 1; 0 if it is unknown.
        what: a clause, such as ``@ohif/ui has no export 'useModal'``.
        fix: the edit that solves it.
        fatal: whether the package cannot work.
        source: the line's text.
        missing: a missing export as ``MODULE NAME``; "" for anything else.
    """

    file: Path
    line: int
    column: int
    what: str
    fix: str
    fatal: bool
    source: str = ""
    missing: str = ""

    def text(self) -> str:
        """The finding as lines of an error's details."""
        place = f":{self.line}:{self.column}" if self.line else ""
        shown = [f"    {self.line} | {self.source.strip()[:LONGEST]}"] if self.source.strip() else []
        return "\n".join([f"  {self.file}{place}: {self.what}.", *shown, *([f"    {self.fix}"] if self.fix else [])])


def read_findings(report: Path, places: Mapping[Path, Path], lists: ExportLists) -> list[Finding]:
    """The findings about the user's packages, in the order of their places.

    Args:
        report: the file that ``record.cjs`` wrote; without one there are no findings.
        places: for the folder of each package in the source tree, the folder that the user gave.
        lists: what the release's packages export.
    """
    found: dict[tuple[Path, int, int, str], Finding] = {}
    for row in _rows(report):
        copy = Path(row["file"])
        given = next((root / copy.relative_to(at) for at, root in places.items() if copy.is_relative_to(at)), None)
        finding = given and _finding(row, copy, given, lists)
        if finding:
            found.setdefault((finding.file, finding.line, finding.column, finding.what), finding)
    return [found[key] for key in sorted(found)]


def check_findings(
    report: Path,
    places: Mapping[Path, Path],
    tree: Path,
    log: Path,
    reporter: Reporter,
    allowed: Sequence[str] = (),
) -> list[Finding]:
    """Warns of what the bundler says about the user's packages, and refuses packages that cannot work.

    Args:
        tree: the source tree, whose export lists tell where a missing name is now.
        allowed: the missing exports that the recipe accepts.

    Returns:
        the findings that are accepted.

    Raises:
        BundleFailed: as ``refuse``.
    """
    if not places or not _mentions(report, places):
        return []
    findings = read_findings(report, places, read_export_lists(tree))
    for finding in findings:
        if not finding.fatal:
            reporter.warn(f"The bundler warns of {finding.text().strip()}")
    return refuse(findings, log, allowed)


def _mentions(report: Path, places: Mapping[Path, Path]) -> bool:
    return any(Path(row["file"]).is_relative_to(at) for row in _rows(report) for at in places)


def _rows(report: Path) -> list[dict[str, str]]:
    try:
        return list(json.loads(report.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return []


def refuse(findings: Sequence[Finding], log: Path | None = None, allowed: Sequence[str] = ()) -> list[Finding]:
    """Does nothing unless a finding is fatal and the recipe does not accept it.

    Args:
        log: the bundler's whole output, if it ran.
        allowed: the missing exports that the recipe accepts.

    Returns:
        the findings that are accepted.

    Raises:
        BundleFailed: a package cannot work; ``details`` has each fatal finding with its line and edit.
    """
    accepted = [finding for finding in findings if finding.missing in allowed]
    fatal = [finding for finding in findings if finding.fatal and finding not in accepted]
    if not fatal:
        return accepted
    first = fatal[0]
    place = f"{first.file}:{first.line}" if first.line else str(first.file)
    count = counted(len(fatal), "fault keeps your packages", "faults keep your packages")
    edit = first.fix if len(fatal) == 1 and first.fix else "Make the edits that are listed above."
    whole = [f"  The whole log: {log}"] if log else []
    raise BundleFailed(
        f"{count} from use: {place}: {first.what}.",
        cause="What a package imports does not exist in this OHIF, or the bundler cannot read a file.",
        fix="\n".join(filter(None, (edit, advice([each.missing for each in fatal if each.missing], allowed)))),
        details="\n".join([*(finding.text() for finding in fatal), *whole]),
    )


def _finding(row: Mapping[str, str], copy: Path, given: Path, lists: ExportLists) -> Finding | None:
    message = NOISE.sub("", row["message"]).strip()
    text = read_source(copy) or ""
    grammar = module_grammar(copy.name)
    imports = imports_of(text, grammar) if grammar else []
    where = re.match(r"(\d+)(?::(\d+))?", row.get("loc") or "")
    line, column = (int(where[1]), int(where[2] or 0) + 1) if where else (0, 0)
    accepts = ""
    missing = NO_EXPORT.search(message)
    unresolved = NO_MODULE.search(message)
    if missing:
        names, module = re.findall(r"'([^']+)'", missing[1]), missing[3]
        if missing[2] == "reexported" and _is_type(copy, module, names[0], lists):
            return None
        line, column = _place_of_name(imports, module, names) or (line, column)
        what, fix = f"{module} has no export '{'.'.join(names)}'", _advice(copy, module, names, lists)
        fatal, accepts = True, f"{module} {names[0]}"
    elif unresolved:
        line, column = _place_of_module(imports, unresolved[1]) or (line, column)
        what, fatal = f"it imports '{unresolved[1]}', which does not exist", True
        fix = "Correct the path." if unresolved[1].startswith(".") else "Add the package to its dependencies."
    else:
        what, fix = _sentence(message.replace(str(copy), given.name)), ""
        # Of a file that cannot be read, the place is right; other places are those in transpiled code.
        position = POSITION.search(message)
        line, column = (int(position[1]), int(position[2]) + 1) if position else (0, 0)
        fatal = row["severity"] == "error"
    lines = text.split("\n")
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    return Finding(given, line, column, what, fix, fatal, source, accepts)


def _sentence(message: str) -> str:
    lines = [each.strip() for each in message.splitlines() if each.strip()]
    words = [each for each in lines[:3] if not each.startswith((">", "You may need", "at "))]
    return " ".join(words).rstrip(".:")[:600]


def _advice(copy: Path, module: str, names: Sequence[str], lists: ExportLists) -> str:
    name = names[0]
    if len(names) > 1:
        return f"'{name}' exists, and has no '{names[1]}': look in the release's source for what replaces it."
    if not module.startswith("."):
        return lists.advice(package_name(module), name)
    target = relative_module(copy, module)
    known = ExportLists({module: exports_of(target, relative_module)} if target else {})
    return known.advice(module, name)


def _is_type(copy: Path, module: str, name: str, lists: ExportLists) -> bool:
    """Whether a name that is exported again is a type, of which nothing is needed at run time."""
    target = relative_module(copy, module)
    known = exports_of(target, relative_module) if target else lists.packages.get(package_name(module))
    return known is not None and (name in known.types or not known.complete)


def _place_of_name(imports: Sequence[Import], module: str, names: Sequence[str]) -> tuple[int, int] | None:
    for each in imports:
        if each.module == module:
            for name in each.names:
                if name.name == names[0]:
                    return name.place.line, name.place.column
    return _place_of_module(imports, module)


def _place_of_module(imports: Sequence[Import], module: str) -> tuple[int, int] | None:
    return next(
        ((each.place.line, each.place.column) for each in imports if each.module == module),
        None,
    )
