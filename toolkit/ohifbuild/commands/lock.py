"""``ohifbuild lock``: write ohifbuild.lock, without building."""

from __future__ import annotations

from pathlib import Path

import click

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.commands.drift_report import drift_table
from ohifbuild.core.console import Reporter
from ohifbuild.lock.lock_file import Lock, lock_path, read_lock_if_any, write_lock
from ohifbuild.lock.resolve import NO_LOCK, resolve
from ohifbuild.lock.upgrade import try_patches
from ohifbuild.sources.git import SourceBuild
from ohifbuild.workspaces.recipe import load_recipe


@click.command("lock")
@click.option("--recipe", type=click.Path(path_type=Path), help="The recipe to lock.")
@click.option("--upgrade", is_flag=True, help="Move to the newest release of the recipe's channel.")
@click.option("--offline", is_flag=True, help="Use what the cache holds; fetch nothing.")
@with_command_context
def command(context: CommandContext, /, recipe: Path | None, upgrade: bool, offline: bool) -> None:
    """Write ohifbuild.lock, without building.

    Later builds use what the lock has. With --upgrade, the patches are tried on the newer release first.

    \b
    Examples:
      ohifbuild lock
      ohifbuild lock --upgrade --recipe ward/ohifbuild.toml
    """
    wanted = load_recipe(recipe, {}, reporter=context.reporter)
    path = lock_path(recipe)
    present = read_lock_if_any(path)
    locked = NO_LOCK if upgrade else present
    resolution = resolve(wanted, locked=locked, cache=context.cache, offline=offline, reporter=context.reporter)
    if upgrade and isinstance(resolution.base, SourceBuild):
        before = present.sections.get("release", {}).get("version", "")
        _try_patches(context, resolution.base, before=before, offline=offline)
    save_lock(path, resolution.lock, context.reporter)
    release, digest = resolution.release.version, resolution.lock.digest
    context.reporter.say(f"{path}: OHIF {release} ({resolution.base.origin}), {digest}")
    context.result({"lock": str(path), "digest": digest, "release": release})


def save_lock(path: Path, lock: Lock, reporter: Reporter) -> None:
    """Writes a lock and says what changes in it.

    Raises:
        LockInvalid, CacheUnusable, DiskFull: as ``write_lock``.
    """
    changes = write_lock(path, lock)
    if changes:
        many = f"{len(changes)} places" if len(changes) > 1 else "one place"
        reporter.say(f"{path.name} changes in {many}:")
        for line in changes:
            reporter.say(f"  {line}")


def _try_patches(context: CommandContext, build: SourceBuild, *, before: str, offline: bool) -> None:
    """Stops before the lock is written if a patch does not fit the release."""
    trial = try_patches(build, context.cache, before=before, offline=offline, reporter=context.reporter)
    if trial.rows or trial.lost:
        context.show(drift_table((*trial.rows, *trial.lost)))
    trial.warn(context.reporter)
    trial.require()
