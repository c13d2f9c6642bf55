"""``ohifbuild patch``: list patches, or check them on a source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.table import Table

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.commands.drift_report import as_json, drift_table
from ohifbuild.core.resources import patches
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.patches.series import DriftRow, GitTree, Patch, check, drift_error, load
from ohifbuild.patches.upstream import notes, shown
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.git_remote import environment
from ohifbuild.sources.history import fetch_commits
from ohifbuild.sources.remedies import remedies

folder_option = click.option(
    "--patches",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A further folder of patches; repeatable.",
)


@click.group("patch")
def command() -> None:
    """List patches, or check them on a source.

    Patches change OHIF's source in builds from git.

    \b
    Example:
      ohifbuild patch check --version 3.12.0
    """


@command.command("list")
@folder_option
@with_command_context
def list_patches(context: CommandContext, /, folders: tuple[Path, ...]) -> None:
    """List every patch, with its releases and its reason.

    Also says what OHIF itself does about the same.

    \b
    Example:
      ohifbuild patch list
    """
    known = load(patches(), *folders)
    context.result(
        [
            {
                "name": patch.name,
                "releases": patch.releases.text,
                "reason": patch.reason,
                "upstream": [shown(item) for item in patch.upstream],
            }
            for patch in known
        ]
    )
    context.show(_table(known))


@command.command("check")
@click.option("--version", "versions", multiple=True, help="A release to try them on; repeatable.")
@click.option("--source", metavar="URL", help="OHIF's git repository, a fork, or a path (default: OHIF's own).")
@folder_option
@with_command_context
def check_patches(
    context: CommandContext, /, versions: tuple[str, ...], source: str | None, folders: tuple[Path, ...]
) -> None:
    """Try every patch on the source of releases.

    Shows where a patch no longer fits, and what a release does by itself. Nothing is built.

    \b
    Example:
      ohifbuild patch check --version 3.12.0 --version 3.11.1
    """
    known = load(patches(), *folders)
    wanted = [find_release(version, catalogue()) for version in versions or ("v3-stable",)]
    rows: list[DriftRow] = []
    remote = source or catalogue().source
    with _repository(remote, [pin.tag for pin in wanted]) as repository:
        for pin in wanted:
            with GitTree(repository, f"refs/tags/{pin.tag}", env=environment(remote)) as tree:
                rows += check(tree, pin.version, known)
    said = _notes(known, rows)
    context.result(as_json(rows, said))
    context.show(drift_table(rows))
    for (name, version), lines in said.items():
        for line in lines:
            context.reporter.say(f"{name} on {version}: {line}")
    bad = [row for row in rows if row.bad]
    if bad:
        raise drift_error(bad[0].version, bad)


@contextmanager
def _repository(source: str, tags: list[str]) -> Iterator[Path]:
    """A repository that has the tags and fetches of them what is looked at."""
    with temporary_folder() as folder, remedies(published=False):
        yield fetch_commits(source, tags, Path(folder) / "repository")


def _table(known: tuple[Patch, ...]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("Patch", "Releases", "Why", "Upstream"):
        table.add_column(title)
    for patch in known:
        upstream = "\n".join(shown(item) for item in patch.upstream)
        table.add_row(patch.name, patch.releases.text, _first_sentence(patch.reason), upstream)
    return table


def _notes(known: tuple[Patch, ...], rows: list[DriftRow]) -> dict[tuple[str, str], tuple[str, ...]]:
    """By patch and release, what there is to say about OHIF's own ways."""
    found = {
        (patch.name, version): notes(patch, version, [r for r in rows if (r.patch, r.version) == (patch.name, version)])
        for patch in known
        for version in dict.fromkeys(row.version for row in rows)
    }
    return {key: lines for key, lines in found.items() if lines}


def _first_sentence(text: str) -> str:
    return " ".join(text.split()).split(". ")[0].rstrip(".") + "."
