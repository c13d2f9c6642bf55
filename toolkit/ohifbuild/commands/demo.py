"""``ohifbuild demo``."""

from __future__ import annotations

import threading
from pathlib import Path

import click

from ohifbuild.build import build
from ohifbuild.commands.common import Surroundings, with_surroundings
from ohifbuild.errors import PortInUse
from ohifbuild.recipe import Recipe
from ohifbuild.verify.data.studies import cast_of, collection
from ohifbuild.verify.settings import read_settings
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
    cast, grants = cast_of(collection())
    try:
        with site(dist, settings, grants, port=port) as running:
            base = f"{running.base_url}viewer?StudyInstanceUIDs="
            links = {
                "one study": f"{base}{cast.main.studies[0]}&{settings.token_param}={cast.main.token}",
                "two studies": f"{base}{','.join(cast.pair.studies)}&{settings.token_param}={cast.pair.token}",
                "token after #": f"{base}{cast.main.studies[0]}#{settings.token_param}={cast.main.token}",
                "expired": f"{base}{cast.main.studies[0]}&{settings.token_param}={cast.expired}",
                "another's token": f"{base}{cast.main.studies[0]}&{settings.token_param}={cast.foreign}",
            }
            for name, link in links.items():
                reporter.say(f"  {name:<16} {link}")
            surroundings.result(links)
            reporter.say("The studies are made up. Ctrl-C stops.")
            if opens:
                click.launch(links["one study"])
            threading.Event().wait()
    except OSError as error:
        raise PortInUse(
            f"Port {port} cannot be used: {error.strerror}.",
            cause="Another program listens there, or the port needs root.",
            fix="Choose another with --port, or leave it out.",
        ) from error
    except KeyboardInterrupt:
        reporter.say("Stopped.")
