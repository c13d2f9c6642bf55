"""``ohifbuild serve``."""

from __future__ import annotations

from pathlib import Path

import click

from ohifbuild.commands.common import Surroundings, with_surroundings
from ohifbuild.serve import serve


@click.command("serve")
@click.argument("dist", type=click.Path(path_type=Path), default=Path("dist"))
@click.option("--dicomweb", metavar="URL", required=True, help="The archive's DICOMweb root.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 for any free one.")
@with_surroundings
def command(surroundings: Surroundings, /, dist: Path, dicomweb: str, host: str, port: int) -> None:
    """Serve DIST, with a real archive behind it. Public URL and DICOMweb root are those DIST was built for."""
    serve(dist, dicomweb, host=host, port=port, reporter=surroundings.reporter)
