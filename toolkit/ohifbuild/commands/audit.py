"""``ohifbuild audit``: compare a published release with its source."""

from __future__ import annotations

from pathlib import Path

import click

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.core.disk import disk_errors, require_writable
from ohifbuild.core.errors import AuditFailed
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.supply.audit import audit
from ohifbuild.supply.audit.audit_report import as_json, as_markdown, as_table

SHOWN = 10


@click.command("audit")
@click.argument("version")
@click.option("--source", metavar="URL", help="OHIF's git repository, a mirror, or a path (default: OHIF's own).")
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="Also write the result as Markdown to this file."
)
@click.option("--offline", is_flag=True, help="Use what the cache holds; fetch nothing.")
@with_command_context
def command(context: CommandContext, /, version: str, source: str | None, report: Path | None, offline: bool) -> None:
    """Compare a published release with its source.

    VERSION is rebuilt from its source, and every file is compared with what npm ships.

    \b
    Example:
      ohifbuild audit 3.12.0 --report audit.md
    """
    remote = source or catalogue().source
    pin = find_release(version, catalogue())
    if report:
        require_writable(report)
    found = audit(pin, remote, context.cache, offline=offline, reporter=context.reporter)
    if report:
        with disk_errors(report.parent):
            report.write_text(as_markdown(found), encoding="utf-8")
    context.result(as_json(found))
    context.show(as_table(found))
    if not found.ok:
        bad = [verdict for verdict in found.verdicts if not verdict.ok]
        raise AuditFailed(
            f"{len(bad)} of {len(found.verdicts)} files of OHIF {found.release} are not what its source gives.",
            cause="npm ships something else than OHIF's source, or OHIF published it in another way.",
            fix="Do not use this release before you know why; building it with --from git does not use npm's files.",
            details="\n".join(f"  {verdict.name}\n    {_indented(verdict.detail)}" for verdict in bad[:SHOWN]),
        )
    context.reporter.say(f"All {len(found.verdicts)} files of OHIF {found.release} come from its source.")


def _indented(text: str) -> str:
    lines = ("".join(char for char in line if char.isprintable()) for line in text.splitlines())
    return "\n    ".join(lines)
