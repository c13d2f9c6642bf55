"""``ohifbuild demo``."""

from __future__ import annotations

import threading
from pathlib import Path

import click

from ohifbuild.build import build
from ohifbuild.commands.common import Surroundings, with_surroundings
from ohifbuild.contract.settings import read_settings
from ohifbuild.recipe import Recipe
from ohifbuild.verify.archive import EmbeddedArchive
from ohifbuild.verify.casting import casting
from ohifbuild.verify.dataset import cached_dataset
from ohifbuild.verify.site import site


@click.command("demo")
@click.argument("dist", type=click.Path(path_type=Path), default=Path("dist"))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port (default: a free one).")
@click.option("--open", "opens", is_flag=True, help="Open the first link in the default browser.")
@with_surroundings
def command(surroundings: Surroundings, /, dist: Path, port: int, opens: bool) -> None:
    """Show DIST with made-up studies, and links to click. Builds DIST first if it is not there."""
    reporter = surroundings.reporter
    if not dist.exists():
        reporter.say(f"{dist} is not there yet: building it.")
        build(Recipe.of({"output": dist, "verify": False}), cache=surroundings.cache, offline=False, reporter=reporter)
    settings = read_settings(dist)
    parts = casting(settings)
    cast, archive = parts.cast, EmbeddedArchive(cached_dataset(surroundings.cache))
    try:
        with site(dist, archive, parts.tokens, settings=settings, port=port) as running:
            main, pair = cast.main, cast.pair
            links = {
                "one study": running.link(main.studies, main.token),
                "two studies": running.link(pair.studies, pair.token),
                "token after #": running.link(main.studies, main.token, fragment=True),
                **{subject.name.lower(): running.link(subject.studies, subject.token) for subject in cast.others},
                "expired": running.link(main.studies, cast.expired),
                "another's token": running.link(main.studies, cast.foreign),
            }
            for name, link in links.items():
                reporter.say(f"  {name:<26} {link}")
            surroundings.result(links)
            reporter.say("The studies are made up. Ctrl-C stops.")
            if opens:
                click.launch(links["one study"])
            threading.Event().wait()
    except KeyboardInterrupt:
        reporter.say("Stopped.")
