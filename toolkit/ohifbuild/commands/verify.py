"""``ohifbuild verify``: prove a finished viewer in a real browser."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.core.counts import counted
from ohifbuild.core.errors import IntegrityBroken
from ohifbuild.core.paths import exists
from ohifbuild.supply.provenance import check_provenance
from ohifbuild.verification.packages import require_packages
from ohifbuild.viewer.manifest import check_integrity, read_manifest
from ohifbuild.workflow import report_folder, report_of, require_claims

if TYPE_CHECKING:
    from ohifbuild.verification.backend import Provider
    from ohifbuild.verification.evidence import Evidence
    from ohifbuild.verification.external_tokens import ExternalTokens

SHOWN = 20


@click.command("verify")
@click.argument("dist", type=click.Path(path_type=Path), default=Path("dist"))
@click.option("--report", type=click.Path(path_type=Path), help="Where the report goes (default: DIST.evidence).")
@click.option(
    "--compare-with", metavar="OTHER", type=click.Path(path_type=Path), help="Another dist that must behave the same."
)
@click.option(
    "--archive", default="embedded", show_default=True, metavar="ARCHIVE", help="embedded, orthanc, or a URL."
)
@click.option(
    "--archive-tokens",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Tokens that the archive of the URL knows.",
)
@click.option("--put-studies", is_flag=True, help="Store the made-up studies in the archive of the URL.")
@click.option(
    "--browser",
    type=click.Choice(["chromium", "firefox", "webkit"]),
    default="chromium",
    show_default=True,
    help="The browser that opens the links.",
)
@click.option(
    "--claims",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Tests of packages to run too: a file or a folder, in Python; repeatable.",
)
@click.option(
    "--repeat", type=click.IntRange(min=1), default=1, metavar="N", help="Do it N times, and say what was not alike."
)
@click.option(
    "--stress", is_flag=True, help="Slow down processor, archive and line, to see that the proof still holds."
)
@click.option("--integrity", is_flag=True, help="Only compare every file with the dist's manifest; no browser.")
@click.option(
    "--provenance", type=click.Path(path_type=Path), help="Only check that this provenance file is about DIST."
)
@with_command_context
def command(
    context: CommandContext,
    /,
    dist: Path,
    report: Path | None,
    compare_with: Path | None,
    archive: str,
    archive_tokens: Path | None,
    put_studies: bool,
    browser: str,
    claims: tuple[Path, ...],
    repeat: int,
    stress: bool,
    integrity: bool,
    provenance: Path | None,
) -> None:
    """Prove a finished viewer in a real browser.

    DIST is served with an archive behind it. A browser opens links to made-up studies, and every request is
    compared with what the archive received.

    \b
    Examples:
      ohifbuild verify dist
      ohifbuild verify dist --archive orthanc
      ohifbuild verify dist --browser firefox
      ohifbuild verify dist --claims ward/tests
      ohifbuild verify dist --repeat 5 --stress
      ohifbuild verify dist --integrity
    """
    if integrity or provenance:
        _check_files(context, dist, provenance)
        return
    require_packages()
    missing = [str(path) for path in claims if not exists(path)]
    if missing:
        raise click.UsageError(f"--claims names what does not exist: {', '.join(missing)}.")
    if stress and browser != "chromium":
        raise click.UsageError("--stress slows down Chromium only.")
    from ohifbuild.verification.report.terminal import render as terminal_table
    from ohifbuild.verification.runner import verify
    from ohifbuild.verification.stress import HARD, NONE

    provider, tokens = _archive(archive, archive_tokens, put_studies)
    folder = report or report_folder(dist, browser)
    runs: list[Evidence] = []
    for number in range(1, repeat + 1):
        evidence = verify(
            dist,
            report_dir=folder if repeat == 1 else folder / f"run-{number}",
            cache=context.cache,
            reporter=context.reporter,
            compare_with=compare_with,
            archive=provider,
            tokens=tokens,
            browser=browser,
            claims=claims,
            stress=HARD if stress else NONE,
        )
        runs.append(evidence)
        context.show(terminal_table(evidence))
        context.reporter.say(f"Report: {report_of(evidence)}")
    context.result(_result(runs))
    _say_together(context, runs)
    require_claims(next((run for run in runs if not run.ok), runs[-1]))


def _result(runs: Sequence[Evidence]) -> dict[str, Any]:
    """What ``--json`` prints: the first run that fails, or the last one, and what they say together."""
    from ohifbuild.verification.repetition import unsteady

    evidence = next((run for run in runs if not run.ok), runs[-1])
    return {
        "ok": evidence.ok,
        "checks": len(evidence.results),
        "archive": evidence.environment["Archive"],
        "browser": evidence.environment["Browser"],
        "limits": [limit.line for limit in evidence.limits],
        "report": str(report_of(evidence)),
        "runs": len(runs),
        "failed_runs": sum(not run.ok for run in runs),
        "unsteady": list(unsteady(runs)),
    }


def _say_together(context: CommandContext, runs: Sequence[Evidence]) -> None:
    from ohifbuild.verification.repetition import unsteady

    if len(runs) == 1:
        return
    held = sum(run.ok for run in runs)
    context.reporter.say(f"In {held} of {counted(len(runs), 'run')} every check holds.")
    for line in unsteady(runs):
        context.reporter.warn(f"Not alike in all runs: {line}")


def _archive(name: str, tokens_file: Path | None, put: bool) -> tuple[Provider, ExternalTokens | None]:
    from ohifbuild.verification.backend import embedded, real_orthanc
    from ohifbuild.verification.external_tokens import read_tokens
    from ohifbuild.verification.remote_archive import header_of, running_at

    ours = {"embedded": embedded, "orthanc": real_orthanc}
    if name.startswith(("http://", "https://")):
        tokens = read_tokens(tokens_file) if tokens_file else None
        return running_at(name, header_of(os.environ), enforces=tokens is not None, put=put), tokens
    if name not in ours:
        raise click.UsageError(f"--archive is {', '.join(ours)} or the http or https URL of a DICOMweb root.")
    if tokens_file or put:
        raise click.UsageError("--archive-tokens and --put-studies are for an archive that --archive names by its URL.")
    return ours[name], None


def _check_files(context: CommandContext, dist: Path, provenance: Path | None) -> None:
    if provenance:
        check_provenance(dist, provenance)
    manifest, found = read_manifest(dist), check_integrity(dist)
    context.result({"ok": found.ok, "changed": found.changed, "missing": found.missing, "added": found.added})
    if not found.ok:
        lines = [
            f"  {how} {name}"
            for how, names in (("changed", found.changed), ("missing", found.missing), ("added", found.added))
            for name in names
        ]
        raise IntegrityBroken(
            f"{len(lines)} files of {dist} are not what its manifest says.",
            cause="The dist was changed after it was built.",
            fix="Build it again: ohifbuild build",
            details="\n".join(lines[:SHOWN]),
        )
    context.reporter.say(f"All {len(manifest.files)} files are as built: {manifest.digest}")
