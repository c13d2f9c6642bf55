"""``ohifbuild migrate``: edit packages of OHIF's old command line for a current release."""

from __future__ import annotations

from pathlib import Path

import click

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.core.counts import counted
from ohifbuild.core.errors import ExtensionInvalid
from ohifbuild.core.paths import is_file


@click.command("migrate")
@click.argument("packages", nargs=-1, required=True, metavar="PACKAGE...")
@click.option("--version", default="v3-stable", show_default=True, help="The OHIF release to migrate to.")
@click.option("--source", metavar="URL", default="", help="OHIF's git repository, a fork or a mirror.")
@click.option("--offline", is_flag=True, help="Use only the release's source that the cache has.")
@click.option("--dry-run", is_flag=True, help="Show the edits as a diff, and change nothing.")
@with_command_context
def command(
    context: CommandContext, /, packages: tuple[str, ...], version: str, source: str, offline: bool, dry_run: bool
) -> None:
    """Edit old extensions and modes for a current OHIF.

    PACKAGE is the folder of an extension or a mode, as OHIF's own command line wrote them. Only what is understood is
    changed, in package.json and in imports; what needs a person is listed. A second run changes nothing. Commit the
    package first, so that you can look at the edits and take them back.

    \b
    Example:
      ohifbuild migrate ./my-extension --dry-run
    """
    # Only here: they take a noticeable time to import.
    from ohifbuild.doctor.packages import find_target
    from ohifbuild.packages.migrate import plan_migration

    for package in packages:
        if not is_file(Path(package) / "package.json"):
            raise click.BadParameter(f"{package} is not a folder with a package.json.", param_hint="PACKAGE")
    target = find_target(version, source, context.cache, offline=offline, reporter=context.reporter)
    plans = []
    for package in packages:
        try:
            plans.append(plan_migration(Path(package), target.lists, target.versions))
        except ValueError as error:
            raise ExtensionInvalid(
                f"{package} cannot be migrated: {error}.",
                cause="It is not the folder of an npm package.",
                fix="Give the folder of an extension or a mode, with its package.json.",
            ) from None
    if target.why_not:
        context.reporter.warn(f"Only what needs no list of exports is migrated: {target.why_not}")
    for plan in plans:
        if dry_run:
            if not context.as_json:
                click.echo(plan.diff("" if len(plans) == 1 else f"{plan.root.name}/"), nl=False)
        else:
            plan.apply()
        context.reporter.say(f"{plan.root}: {counted(len(plan.done), 'edit')}{', not made' if dry_run else ''}")
        for line in plan.done:
            context.reporter.say(f"  {line}")
        if plan.by_hand:
            context.reporter.say("  By hand:")
        for line in plan.by_hand:
            context.reporter.say(f"    {line}")
    context.result(
        {
            "version": target.version,
            "packages": [
                {
                    "folder": str(plan.root),
                    "changed": sorted(plan.after),
                    "done": list(plan.done),
                    "by_hand": list(plan.by_hand),
                    "diff": plan.diff(),
                }
                for plan in plans
            ],
        }
    )
