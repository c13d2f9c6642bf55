"""``ohifbuild dev``: see each saved change of an extension in the viewer."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ohifbuild.cache.entries import Cache, working_folder
from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.config.recipe import RECIPE_NAME
from ohifbuild.contract.request import UID
from ohifbuild.contract.tokens import is_token
from ohifbuild.core.disk import disk_errors
from ohifbuild.verification.packages import require_packages

if TYPE_CHECKING:
    from ohifbuild.dev.archives import DevArchive

RECIPE_FLAGS = ("version", "origin", "extensions", "source")


def _token(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if value and not is_token(value):
        raise click.BadParameter("expected visible ASCII characters without spaces, as in a link.")
    return value


def _studies(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not UID.fullmatch(value):
            raise click.BadParameter(f"{value!r} is not a Study Instance UID.")
    return values


@click.command("dev")
@click.option("--recipe", type=click.Path(path_type=Path), help=f"The recipe (default: {RECIPE_NAME} if it exists).")
@click.option("--version", metavar="VERSION", help="An OHIF release or a channel, such as v3-stable.")
@click.option("--from", "origin", metavar="ORIGIN", help="git, published, or auto.")
@click.option("--source", metavar="URL", help="OHIF's git repository, a fork, or a path.")
@click.option(
    "--extension", "extensions", multiple=True, type=click.Path(path_type=Path), help="A package to add; repeatable."
)
@click.option("--dicom", metavar="FOLDER", type=click.Path(path_type=Path), help="Show your DICOM files.")
@click.option("--dicomweb", metavar="URL", help="Show the studies of an archive: its DICOMweb root.")
@click.option("--study", "studies", metavar="UID", multiple=True, callback=_studies, help="A study of --dicomweb.")
@click.option("--token", metavar="TOKEN", default="", callback=_token, help="The token of the link (default: made up).")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 for any free one.")
@click.option("--open", "opens", is_flag=True, help="Open the first link in the default browser.")
@click.option("--offline", is_flag=True, help="Use what the cache holds; fetch nothing.")
@with_command_context
def command(
    context: CommandContext,
    /,
    recipe: Path | None,
    dicom: Path | None,
    dicomweb: str | None,
    studies: tuple[str, ...],
    token: str,
    port: int,
    opens: bool,
    offline: bool,
    **flags: Any,
) -> None:
    """See each saved change of an extension in the viewer.

    The recipe's viewer is served with made-up studies, your DICOM files or your archive, and its links are
    printed. When a source file or the recipe is saved, open pages load the new viewer, or show what is wrong.
    Nothing is written to the recipe's output.

    \b
    Examples:
      ohifbuild dev
      ohifbuild dev --extension ward --dicom scans
      ohifbuild dev --dicomweb http://localhost:8042/dicom-web --token my-token
    """
    if dicom and dicomweb:
        raise click.UsageError("--dicom and --dicomweb exclude each other.")
    if studies and not dicomweb:
        raise click.UsageError("--study names a study of --dicomweb.")
    require_packages()
    from ohifbuild.dev.builds import Builder
    from ohifbuild.dev.run import run

    reporter = context.reporter
    given = {name: flags[name] for name in RECIPE_FLAGS if flags[name]}
    opened: list[str] = []

    def show(links: Mapping[str, str]) -> None:
        reporter.say("Open one of these links:")
        for name, link in links.items():
            reporter.say(f"  {name:<26} {link}")
        reporter.say("Save a source file to see it in the viewer. Ctrl-C stops.")
        if not opened:
            context.result_now(links)
            opened.extend(links.values())
            if opens and opened:
                click.launch(opened[0])

    try:
        with _folder(context.cache) as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom warns with values of files, which are not for a terminal
            builder = Builder(recipe, given, folder, context.cache, offline=offline, reporter=reporter)
            archive = _archive(context, dicom, dicomweb, studies, token)
            run(builder, archive, port, reporter, on_links=show)
    except KeyboardInterrupt:
        reporter.say("Stopped.")


def _archive(
    context: CommandContext, dicom: Path | None, dicomweb: str | None, studies: tuple[str, ...], token: str
) -> DevArchive:
    from ohifbuild.dev.archives import HeldArchive, RemoteArchive
    from ohifbuild.dev.dicom_folder import dicom_files
    from ohifbuild.verification.dataset import cached_dataset
    from ohifbuild.verification.embedded_archive import files_in

    reporter = context.reporter
    if dicomweb:
        remote = RemoteArchive(dicomweb, token, studies)
        if asyncio.run(remote.check()):
            reporter.warn("The archive answers without a token, so what your extension requests is not refused there.")
        return remote
    if not dicom:
        return HeldArchive(files_in(cached_dataset(context.cache)), token)
    found = dicom_files(dicom)
    if found.skipped:
        reporter.warn("\n".join((f"{len(found.skipped)} files of {dicom} are skipped:", *found.notes)))
    return HeldArchive(found.files, token)


@contextmanager
def _folder(cache: Cache) -> Iterator[Path]:
    """A temporary folder beside the cache's entries, to which their files can be linked.

    The next process that uses the cache removes one that a killed process left.
    """
    place = cache.root / "dev"
    with disk_errors(cache.root):
        place.mkdir(parents=True, exist_ok=True)
    with working_folder(place / str(os.getpid())) as folder:
        yield folder
