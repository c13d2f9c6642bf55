"""``ohifbuild releases``: list the OHIF releases that can be built, and for maintainers: find and pin new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.core.counts import counted
from ohifbuild.releases.catalogue import Catalogue, ReleasePin, catalogue, sort_key

STABLE = "v3-stable"


@click.command("releases")
@click.option("--newer", is_flag=True, help="Ask OHIF's repository and npm for newer releases.")
@click.option("--update", is_flag=True, help="For maintainers: try newer releases, and write them to the catalogue.")
@click.option("--verify/--no-verify", default=None, help="With --update: build and prove each (default), or only pin.")
@click.option("--only", multiple=True, metavar="VERSION", help="With --update: this release, new or not; repeatable.")
@click.option("--source", metavar="URL", help="OHIF's git repository, a mirror, or a path (default: OHIF's own).")
@click.option(
    "--catalogue",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --update: the releases.toml to change (default: the one of this installation).",
)
@with_command_context
def command(
    context: CommandContext,
    /,
    newer: bool,
    update: bool,
    verify: bool | None,
    only: tuple[str, ...],
    source: str | None,
    file: Path | None,
) -> None:
    """List the OHIF releases that can be built.

    Says how old the release of v3-stable is. Asks nobody, unless --newer or --update is given.

    \b
    Example:
      ohifbuild releases --newer
    """
    if not update and (verify is not None or only or file):
        raise click.UsageError("--verify, --no-verify, --only and --catalogue are for --update.")
    if source and not (newer or update):
        raise click.UsageError("--source is for --newer and --update.")
    if update:
        file = file or Path(str(files("ohifbuild.releases") / "releases.toml"))
        _update(context, file, source, only, verify is not False)
        return
    known = catalogue()
    pins = sorted(known.releases.values(), key=lambda pin: sort_key(pin.version), reverse=True)
    found = _newer(context, known, source) if newer else None
    stable = _stable(known, datetime.now(UTC).date())
    document = {"channels": dict(known.channels), STABLE: stable, "releases": [_plain(pin) for pin in pins]}
    context.result(document if found is None else {**document, "newer": found})
    context.show(_table(known, pins))
    context.reporter.say(_age(stable))
    if found is None:
        context.reporter.say("Ask for newer ones with: ohifbuild releases --newer")
    else:
        context.reporter.say(f"Not in the catalogue: {', '.join(found)}." if found else "No newer release was found.")


def _newer(context: CommandContext, known: Catalogue, source: str | None) -> list[str]:
    from ohifbuild.updates.candidates import find_candidates  # git and npm are needed only here

    found = find_candidates(known, source or known.source, context.cache, context.reporter)
    return [candidate.version for candidate in found if candidate.version not in known.releases]


def _update(context: CommandContext, file: Path, source: str | None, only: Sequence[str], verify: bool) -> None:
    from ohifbuild.updates.update import update  # all of the toolkit is needed only here

    support = file.resolve().parents[3] / "SUPPORT.md" if len(file.resolve().parents) > 3 else None
    support = support if support and support.is_file() else None
    done = update(
        file,
        support,
        source,
        context.cache,
        context.reporter,
        only=[version.removeprefix("v") for version in only],
        verify=verify,
    )
    rows = [
        {
            **_plain(trial.pin),
            "failures": dict(trial.failures),
            "drifted": sorted({row.patch for row in trial.patches if row.bad}),
            "upstream": {name: list(lines) for name, lines in trial.upstream.items()},
        }
        for trial in done.trials
    ]
    context.result({"releases": rows, "channels": dict(done.after), "written": [str(path) for path in done.written]})
    for trial in done.trials:
        origins = ", ".join(trial.pin.verified) or "nothing"
        context.reporter.say(f"OHIF {trial.pin.version}: {origins} verified.")
    for name, version in done.after.items():
        if done.before[name] != version:
            context.reporter.say(f"{name} moves from {done.before[name]} to {version}.")
    context.reporter.say(f"Written: {', '.join(map(str, done.written)) or 'nothing, the catalogue is up to date'}.")


def _stable(known: Catalogue, today: date) -> dict[str, Any]:
    """The stable channel's release, its age in days, and the known releases that are newer."""
    pin = known.releases[known.channels[STABLE]]
    newer = [version for version in known.releases if sort_key(version) > sort_key(pin.version)]
    return {
        "version": pin.version,
        "released": pin.released.isoformat() if pin.released else None,
        "days": (today - pin.released).days if pin.released else None,
        "newer": sorted(newer, key=sort_key),
    }


def _age(stable: dict[str, Any]) -> str:
    when = f" of {stable['released']}, {counted(stable['days'], 'day')} old" if stable["released"] else ""
    newer = f"; newer in the catalogue: {', '.join(stable['newer'])}" if stable["newer"] else ""
    return f"{STABLE} is OHIF {stable['version']}{when}{newer}."


def _table(known: Catalogue, pins: list[ReleasePin]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("Release", "Released", "Channel", "Published", "Git", "To build from git"):
        table.add_column(title)
    for pin in pins:
        channels = ", ".join(name for name, version in known.channels.items() if version == pin.version)
        published = _status("published", pin, bool(pin.npm_integrity))
        git = _status("git", pin, bool(pin.commit))
        day = pin.released.isoformat() if pin.released else "-"
        table.add_row(pin.version, day, channels, published, git, f"Node {pin.node}, {pin.package_manager}")
    return table


def _status(origin: str, pin: ReleasePin, known: bool) -> str:
    if origin in pin.verified:
        return "verified"
    return "pinned" if known else "-"


def _plain(pin: ReleasePin) -> dict[str, Any]:
    """A pin as JSON values."""
    return {**asdict(replace(pin, released=None)), "released": pin.released.isoformat() if pin.released else None}
