"""``ohifbuild verify``."""

from __future__ import annotations

from pathlib import Path

import click

from ohifbuild.build import evidence_folder, report_of, require_claims
from ohifbuild.commands.common import Surroundings, with_surroundings
from ohifbuild.errors import IntegrityBroken
from ohifbuild.finish.manifest import check_integrity, read_manifest
from ohifbuild.supply.provenance import check_provenance
from ohifbuild.verify.behind import embedded, real_orthanc
from ohifbuild.verify.report.terminal import render as terminal_table
from ohifbuild.verify.run import verify

SHOWN = 20
ARCHIVES = {"embedded": embedded, "orthanc": real_orthanc}


@click.command("verify")
@click.argument("dist", type=click.Path(path_type=Path), default=Path("dist"))
@click.option("--report", type=click.Path(path_type=Path), help="Where the report goes (default: DIST.evidence).")
@click.option("--like", metavar="OTHER", type=click.Path(path_type=Path), help="A dist that has to behave the same.")
@click.option(
    "--archive",
    type=click.Choice(list(ARCHIVES)),
    default="embedded",
    show_default=True,
    help="What holds the studies.",
)
@click.option("--integrity", is_flag=True, help="Only compare every file with the dist's manifest; no browser.")
@click.option("--provenance", type=click.Path(path_type=Path), help="Only check that this statement is about DIST.")
@with_surroundings
def command(
    surroundings: Surroundings,
    /,
    dist: Path,
    report: Path | None,
    like: Path | None,
    archive: str,
    integrity: bool,
    provenance: Path | None,
) -> None:
    """Prove in a real browser, against a real archive, that DIST keeps its claims."""
    if integrity or provenance:
        _check_files(surroundings, dist, provenance)
        return
    evidence = verify(
        dist,
        report_dir=report or evidence_folder(dist),
        cache=surroundings.cache,
        reporter=surroundings.reporter,
        like=like,
        archive=ARCHIVES[archive],
    )
    surroundings.show(terminal_table(evidence))
    surroundings.reporter.say(f"Report: {report_of(evidence)}")
    surroundings.result({"ok": evidence.ok, "checks": len(evidence.results), "report": str(report_of(evidence))})
    require_claims(evidence)


def _check_files(surroundings: Surroundings, dist: Path, provenance: Path | None) -> None:
    if provenance:
        check_provenance(dist, provenance)
    manifest, found = read_manifest(dist), check_integrity(dist)
    surroundings.result({"ok": found.ok, "changed": found.changed, "missing": found.missing, "added": found.added})
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
    surroundings.reporter.say(f"All {len(manifest.files)} files are as built: {manifest.digest}")
