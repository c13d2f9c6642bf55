"""``ohifbuild lock``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from ohifbuild.build import build
from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.config.recipe import Recipe, load_recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.resources import patches
from ohifbuild.lock.resolve import LockBook, lock_path
from ohifbuild.lock.upgrade import try_patches
from ohifbuild.patches.series import drift_table, load
from ohifbuild.sources.choose import is_from_git
from ohifbuild.sources.workspace import is_source_package, read_source_packages


@click.command("lock")
@click.option("--recipe", type=click.Path(path_type=Path), help="The recipe to lock.")
@click.option("--upgrade", is_flag=True, help="Move to the newest release of the recipe's channel.")
@click.option("--offline", is_flag=True, help="Use what the cache holds; fetch nothing.")
@with_command_context
def command(context: CommandContext, /, recipe: Path | None, upgrade: bool, offline: bool) -> None:
    """Write ohifbuild.lock: what a build would use, so that every later build uses it too."""
    book = LockBook(lock_path(recipe), upgrade=upgrade)
    # What a build locks is known when it is built; so it is, without proof and without a place.
    with tempfile.TemporaryDirectory(prefix="ohifbuild-lock-") as folder:
        wish = load_recipe(recipe, {"output": Path(folder) / "dist", "verify": False})
        if upgrade:
            _try_patches(context, book, wish, offline=offline)
        built = build(wish, cache=context.cache, offline=offline, reporter=context.reporter, book=book)
    context.reporter.say(f"{book.path}: OHIF {built.release.version} ({built.origin}), {built.lock.digest}")
    context.result({"lock": str(book.path), "digest": built.lock.digest, "release": built.release.version})


def _try_patches(context: CommandContext, book: LockBook, wish: Recipe, *, offline: bool) -> None:
    """The patches first: what no longer fits is known in seconds, and nothing is installed for it."""
    pin, cache, reporter = book.pin(wish), context.cache, context.reporter
    packages = read_source_packages(path for path in wish.extensions if is_source_package(path))
    if not is_from_git(wish, pin, packages, cache, offline=offline, reporter=SilentReporter()):
        return
    known = load(patches(), *wish.patches)
    trial = try_patches(wish, pin, known, cache, before=book.release(), offline=offline, reporter=reporter)
    if trial.rows or trial.lost:
        context.show(drift_table((*trial.rows, *trial.lost)))
    trial.tell(reporter)
    trial.require()
