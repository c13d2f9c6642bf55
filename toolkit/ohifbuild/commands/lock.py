"""``ohifbuild lock``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from ohifbuild.build import build
from ohifbuild.commands.common import Surroundings, with_surroundings
from ohifbuild.locking import LockBook, lock_path
from ohifbuild.recipe import load_recipe


@click.command("lock")
@click.option("--recipe", type=click.Path(path_type=Path), help="The recipe to lock.")
@click.option("--upgrade", is_flag=True, help="Move to the newest release of the recipe's channel.")
@click.option("--offline", is_flag=True, help="Use what the cache holds; fetch nothing.")
@with_surroundings
def command(surroundings: Surroundings, /, recipe: Path | None, upgrade: bool, offline: bool) -> None:
    """Write ohifbuild.lock: what a build would use, so that every later build uses it too."""
    book = LockBook(lock_path(recipe), upgrade=upgrade)
    # What a build locks is known when it is built; so it is, without proof and without a place.
    with tempfile.TemporaryDirectory(prefix="ohifbuild-lock-") as folder:
        wish = load_recipe(recipe, {"output": Path(folder) / "dist", "verify": False})
        built = build(wish, cache=surroundings.cache, offline=offline, reporter=surroundings.reporter, book=book)
    surroundings.reporter.say(f"{book.path}: OHIF {built.release.version} ({built.origin}), {built.lock.digest}")
    surroundings.result({"lock": str(book.path), "digest": built.lock.digest, "release": built.release.version})
