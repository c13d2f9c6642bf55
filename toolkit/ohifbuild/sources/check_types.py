"""Checks the types of the user's packages in a source tree, with the release's own TypeScript and OHIF's sources.

OHIF bundles with Babel, which drops types without a look at them: code with type errors builds and often works. Of the
public packages that were tried with OHIF 3.12.0, nine of ten have such errors. So they are shown by default, and refuse
a build where that is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

from ohifbuild.core.console import Reporter
from ohifbuild.core.counts import counted
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import ExtensionInvalid
from ohifbuild.core.processes import run_within
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.javascript.resolve import read_source
from ohifbuild.packages.files import shipped
from ohifbuild.packages.package import Package
from ohifbuild.sources.bundler_findings import Finding
from ohifbuild.sources.workspace import place_of
from ohifbuild.tools.toolchain import NodeTools

SCRIPT = "check_types.cjs"
SECONDS = 120  # a package needs 6 to 10 s on a machine that does nothing else
SHOWN = 20


def types_key() -> str:
    """A digest of how types are checked."""
    return digest_of((files("ohifbuild.sources") / SCRIPT).read_text(encoding="utf-8"))


def check_types(
    tree: Path,
    packages: Sequence[Package],
    tools: NodeTools,
    reporter: Reporter,
    *,
    refuses: bool,
    module_folders: Sequence[Path] = (),
) -> None:
    """Shows the type errors of packages that were added to an installed source tree.

    Args:
        refuses: whether an error refuses the build.
        module_folders: where the packages' own dependencies are.

    Raises:
        ExtensionInvalid: ``refuses``, and there are errors, or the types could not be checked.
    """
    typed = [package for package in packages if _has_types(package)]
    if not typed:
        return
    with reporter.step("Check types"):
        findings = _findings(tree, typed, tools, module_folders)
    if findings is None:
        if refuses:
            raise ExtensionInvalid(
                "The types of the packages could not be checked.",
                cause="The release has no TypeScript, or the check took too long.",
                fix="Build without this check: ohifbuild build --no-typecheck",
            )
        reporter.warn("The types of the packages could not be checked.")
    elif findings:
        text = _text(findings)
        what = f"TypeScript found {counted(len(findings), 'error')} in your packages"
        if refuses:
            raise ExtensionInvalid(
                f"{what}.",
                cause="The code does not fit the types of this OHIF release, or its own.",
                fix="Correct the lines, or go on in spite of them: ohifbuild build --no-typecheck",
                details=text,
            )
        reporter.warn(f"{what}; the build goes on, because the bundler ignores types.\n{text}")


def _has_types(package: Package) -> bool:
    names = shipped(package.root, with_built=package.with_built)
    return any(name.endswith((".ts", ".tsx", ".mts")) for name in names)


def _findings(
    tree: Path, packages: Sequence[Package], tools: NodeTools, folders: Sequence[Path]
) -> list[Finding] | None:
    """The errors in the order of their places; None if the check failed."""
    places = {place_of(package, tree).resolve(): package for package in packages}
    given = {
        "packages": [
            {"folder": str(at), "entry": str((at / package.entry).resolve())} for at, package in places.items()
        ],
        "folders": [str(folder.resolve()) for folder in folders],
    }
    with temporary_folder() as work, as_file(files("ohifbuild.sources") / SCRIPT) as script:
        report = Path(work) / "report.json"
        status, _ = run_within(
            SECONDS, [tools.node, script, tree.resolve(), report, json.dumps(given)], cwd=tree, env=tools.env
        )
        if status != 0 or not report.is_file():
            return None
        rows = json.loads(report.read_text(encoding="utf-8"))
    findings = []
    for row in rows:
        copy = Path(row["file"])
        at, package = next((at, package) for at, package in places.items() if copy.is_relative_to(at))
        given_file = package.root / copy.relative_to(at)
        lines = (read_source(copy) or "").split("\n")
        source = lines[row["line"] - 1] if row["line"] <= len(lines) else ""
        what = f"{row['message'].rstrip('.')} (TS{row['code']})"
        findings.append(Finding(given_file, row["line"], row["column"], what, "", True, source))
    return sorted(findings, key=lambda each: (each.file, each.line, each.column))


def _text(findings: Sequence[Finding]) -> str:
    shown = [finding.text() for finding in findings[:SHOWN]]
    more = len(findings) - SHOWN
    return "\n".join([*shown, *([f"  and {counted(more, 'more error', 'more errors')}"] if more > 0 else [])])
