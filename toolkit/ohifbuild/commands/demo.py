"""``ohifbuild demo``: show a viewer with made-up studies."""

from __future__ import annotations

import threading
from pathlib import Path

import click
from pydantic import ValidationError

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.disk import place_errors
from ohifbuild.lock.resolve import resolve
from ohifbuild.verification.packages import require_packages
from ohifbuild.workflow import build, check_ready


@click.command("demo")
@click.argument("dist", type=click.Path(path_type=Path), default=Path("dist"))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port (default: a free one).")
@click.option("--open", "opens", is_flag=True, help="Open the first link in the default browser.")
@with_command_context
def command(context: CommandContext, /, dist: Path, port: int, opens: bool) -> None:
    """Show a viewer with made-up studies.

    DIST is built first if it does not exist. The links are printed.

    \b
    Example:
      ohifbuild demo dist --open
    """
    require_packages()
    from ohifbuild.verification.dataset import cached_dataset
    from ohifbuild.verification.embedded_archive import EmbeddedArchive
    from ohifbuild.verification.fixtures import prepare_fixtures
    from ohifbuild.verification.viewer_site import site

    reporter = context.reporter
    with place_errors(dist):
        exists = dist.exists()
    if not exists:
        try:
            recipe = Recipe.of({"output": dist, "verify": False})
        except ValidationError as error:
            raise click.BadParameter(error.errors()[0]["msg"], param_hint="DIST") from error
        check_ready(recipe)
        reporter.say(f"{dist} is not there yet: building it.")
        resolution = resolve(recipe, cache=context.cache, reporter=reporter)
        build(resolution, cache=context.cache, reporter=reporter)
    settings = read_settings(dist)
    parts = prepare_fixtures(settings)
    fixtures, archive = parts.fixtures, EmbeddedArchive(cached_dataset(context.cache))
    try:
        with site(dist, archive, parts.tokens, settings=settings, port=port) as running:
            main, pair = fixtures.main, fixtures.pair
            links = {
                "one study": running.link(main.studies, main.token),
                "two studies": running.link(pair.studies, pair.token),
                "token after #": running.link(main.studies, main.token, fragment=True),
                **{subject.name.lower(): running.link(subject.studies, subject.token) for subject in fixtures.others},
                "expired": running.link(main.studies, fixtures.expired),
                "another's token": running.link(main.studies, fixtures.foreign),
            }
            for name, link in links.items():
                reporter.say(f"  {name:<26} {link}")
            context.result_now(links)
            reporter.say("The studies are made up. Ctrl-C stops.")
            if opens:
                click.launch(links["one study"])
            threading.Event().wait()
    except KeyboardInterrupt:
        reporter.say("Stopped.")
