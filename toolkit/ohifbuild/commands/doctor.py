"""``ohifbuild doctor``: check this machine, a deployed viewer, or packages."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.console import Console

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.core.counts import counted
from ohifbuild.core.errors import FaultsFound
from ohifbuild.core.paths import is_file, is_folder

ORIGIN = re.compile(r"https?://[^\s/?#@]+")


@click.command("doctor")
@click.argument("targets", nargs=-1, metavar="[LINK | PACKAGE...]")
@click.option("--insecure", is_flag=True, help="Send the token over connections that are not verified, or plain http.")
@click.option(
    "--embedded-in", "portal", metavar="ORIGIN", default="", help="A portal that shows the viewer in a frame."
)
@click.option("--version", default="v3-stable", show_default=True, help="The OHIF release that packages are for.")
@click.option("--source", metavar="URL", default="", help="OHIF's git repository, a fork or a mirror.")
@click.option("--offline", is_flag=True, help="Use only the release's source that the cache has.")
@with_command_context
def command(
    context: CommandContext,
    /,
    targets: tuple[str, ...],
    insecure: bool,
    portal: str,
    version: str,
    source: str,
    offline: bool,
) -> None:
    """Check this machine, a viewer, or packages.

    Without an argument, this machine is checked. PACKAGE is the folder of an extension or a mode; it is checked for a
    release, and nothing of it is run or changed. LINK is the whole link of a study, in quotes, with its token; - reads
    it from standard input, which keeps the token out of the shell's history. Checks that need a token or a study are
    left out if LINK has none.

    \b
    Examples:
      ohifbuild doctor
      ohifbuild doctor ./my-extension ./my-mode --version 3.12.0
      ohifbuild doctor 'https://viewer.example/viewer?StudyInstanceUIDs=1.2.3&token=secret'
    """
    # Only here: they take a noticeable time to import.
    from ohifbuild.doctor import examine_deployment
    from ohifbuild.doctor.machine import examine
    from ohifbuild.doctor.terminal import show

    if portal and not _is_origin(portal):
        raise click.BadParameter("expected an origin, such as https://portal.example", param_hint="--embedded-in")
    packages = [Path(target) for target in targets if is_folder(Path(target))]
    if packages:
        _check_packages(context, targets, version, source, offline=offline)
        return
    if len(targets) > 1:
        raise click.UsageError("Give one link, or the folders of packages.")
    link = "".join(targets)
    if link.startswith((".", "/", "~")) and not link.startswith("//"):
        raise click.BadParameter(
            f"{link} is not a folder, and the link of a viewer starts with https:// or http://.", param_hint="PACKAGE"
        )
    if link:
        report = examine_deployment(sys.stdin.readline() if link == "-" else link, insecure=insecure, portal=portal)
    else:
        report = examine(context.cache, Path("dist"))
    context.result(report.document())
    if not context.as_json:
        show(report, Console(highlight=False))
    if report.cause:
        count = len(report.wrong)
        raise FaultsFound(
            f"{count} of {len(report.findings)} checks found something wrong, the first cause: {report.cause.title}.",
            fix="Change what is said at 1, and run doctor again.",
        )


def _check_packages(
    context: CommandContext, targets: tuple[str, ...], version: str, source: str, *, offline: bool
) -> None:
    from ohifbuild.doctor.packages import examine_package, find_target
    from ohifbuild.doctor.terminal import show

    for target in targets:
        if not is_file(Path(target) / "package.json"):
            raise click.BadParameter(f"{target} is not a folder with a package.json.", param_hint="PACKAGE")
    release = find_target(version, source, context.cache, offline=offline, reporter=context.reporter)
    reports = [examine_package(Path(target), release) for target in targets]
    wrong = [report for report in reports if report.wrong]
    documents = [report.document() for report in reports]
    context.result({"version": release.version, "ok": not wrong, "packages": documents})
    if not context.as_json:
        console = Console(highlight=False)
        for number, report in enumerate(reports):
            if number:
                console.print()
            show(report, console)
    if wrong:
        raise FaultsFound(
            f"{len(wrong)} of {counted(len(reports), 'package')} must change to work with OHIF {release.version}.",
            fix="Make the edits that are listed above. ohifbuild migrate makes many of them.",
        )


def _is_origin(text: str) -> bool:
    try:
        port = urlsplit(text).port
    except ValueError:  # an invalid IPv6 address or port
        return False
    return bool(ORIGIN.fullmatch(text)) and port != 0
