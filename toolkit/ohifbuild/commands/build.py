"""``ohifbuild build``: build a viewer and prove it in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ohifbuild import __version__
from ohifbuild.commands.common import CommandContext, human_size, with_command_context
from ohifbuild.commands.lock import save_lock
from ohifbuild.config.data_source import DataSource
from ohifbuild.config.recipe import RECIPE_NAME, Recipe
from ohifbuild.core.console import Reporter
from ohifbuild.lock.lock_file import check_lock_place, lock_path, read_lock_if_any, require_same
from ohifbuild.lock.resolve import Resolution, resolve
from ohifbuild.viewer.reproduce import check_reproducible
from ohifbuild.workflow import Dist, build, check_ready, report_of
from ohifbuild.workspaces.recipe import load_recipe

Flags = dict[str, object]
# Flags that a second build to compare with does not take over.
OF_ONE_RUN = frozenset({"output", "verify", "claims", "locked", "twice", "as_json", "quiet", "verbose"})


@click.command("build")
@click.option("--version", metavar="VERSION", help="An OHIF release or a channel, such as v3-stable (default).")
@click.option(
    "--from", "origin", metavar="ORIGIN", help="git, published, or auto (default): git if its remote answers."
)
@click.option("--recipe", type=click.Path(path_type=Path), help=f"The recipe (default: {RECIPE_NAME} if it exists).")
@click.option("--output", type=click.Path(path_type=Path), help="The folder to write (default: dist).")
@click.option("--public-url", metavar="PATH", help="The path the viewer is served under (default: /).")
@click.option("--dicomweb-root", metavar="URL", help="Path or URL of the archive's DICOMweb (default: /dicom-web).")
@click.option("--token-param", metavar="NAME", help="The link's parameter that holds the token (default: token).")
@click.option("--dicom-json", metavar="PATH", help="Path of the JSON files that links may name, with {id} in it.")
@click.option(
    "--token-root",
    "token_roots",
    multiple=True,
    metavar="ROOT",
    help="A further root that the token may go to; repeatable.",
)
@click.option("--token-header", metavar="NAME", help="The header that carries the token (default: token).")
@click.option("--token-scheme", metavar="SCHEME", help="The word before the token, such as Bearer (default: none).")
@click.option("--token-storage", metavar="WHERE", help="tab (default: survives a reload) or memory.")
@click.option(
    "--media-streaming/--no-media-streaming", default=None, help="Play videos while they arrive (default: yes)."
)
@click.option("--priors", metavar="POLICY", help="never (default), exact, or ohif.")
@click.option(
    "--archive-first/--no-archive-first", default=None, help="Ask the archive while OHIF is loading (default: yes)."
)
@click.option(
    "--preview-image/--no-preview-image",
    default=None,
    help="Show the first image while OHIF is loading (default: yes).",
)
@click.option("--study-list/--no-study-list", default=None, help="Let the worklist search the archive (default: no).")
@click.option(
    "--touch-layout/--no-touch-layout", default=None, help="Have a layout of its own on phones (default: yes)."
)
@click.option("--connect", multiple=True, metavar="ORIGIN", help="A further origin to load from; repeatable.")
@click.option("--embed-in", multiple=True, metavar="ORIGIN", help="A portal that may frame the viewer; repeatable.")
@click.option(
    "--app-config-module", type=click.Path(path_type=Path), help="A file of functions for OHIF's window.config."
)
@click.option("--source", metavar="URL", help="OHIF's git repository, a fork, or a path (default: OHIF's own).")
@click.option("--ref", metavar="REF", help="A branch, tag or commit to build instead of the release's own tag.")
@click.option(
    "--patches", multiple=True, type=click.Path(path_type=Path), help="A further folder of patches; repeatable."
)
@click.option(
    "--extension", "extensions", multiple=True, metavar="SOURCE", help="A package to add: see the recipe; repeatable."
)
@click.option(
    "--typecheck/--no-typecheck",
    default=None,
    help="Refuse packages with TypeScript errors, or look for none (default: show them).",
)
@click.option(
    "--allow-missing",
    multiple=True,
    metavar="EXPORT",
    help="'MODULE NAME' of an export that packages may miss; repeatable.",
)
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A workspace of OHIF's own tools to build upon.",
)
@click.option(
    "--claims", multiple=True, type=click.Path(path_type=Path), help="Tests of your packages to run too; repeatable."
)
@click.option("--verify/--no-verify", default=None, help="Prove the dist in a real browser (default: yes).")
@click.option("--minify/--no-minify", default=None, help="Minify OHIF's scripts and styles (default: yes).")
@click.option(
    "--locked", is_flag=True, help="Refuse to build anything that differs from ohifbuild.lock, and leave it as it is."
)
@click.option("--check-reproducible", "twice", is_flag=True, help="Build twice under other conditions and compare.")
@click.option("--offline", is_flag=True, help="Use what the cache holds; fetch nothing.")
@with_command_context
def command(
    context: CommandContext,
    /,
    recipe: Path | None,
    locked: bool,
    twice: bool,
    offline: bool,
    **options: Any,
) -> None:
    """Build a viewer and prove it in a browser.

    The flags win over the recipe. A viewer that fails a check is not put in place; its report is kept.

    \b
    Examples:
      ohifbuild build --version v3-stable --dicomweb-root /orthanc/dicom-web
      ohifbuild build --recipe ward/ohifbuild.toml --locked
    """
    wanted = load_recipe(recipe, _given(options), reporter=context.reporter)
    check_ready(wanted)
    for note in wanted.notes():
        context.reporter.warn(note)
    path = lock_path(recipe)
    present = read_lock_if_any(path)
    resolution = resolve(wanted, locked=present, cache=context.cache, offline=offline, reporter=context.reporter)
    if locked:
        require_same(present, resolution.lock, path)
    else:
        check_lock_place(path, resolution.lock)
    _preamble(resolution, recipe, context)
    dist = build(resolution, cache=context.cache, offline=offline, reporter=context.reporter)
    if not locked:
        save_lock(path, resolution.lock, context.reporter)
    if twice:
        check_reproducible(dist.path, _again(click.get_current_context()), context.reporter)
    _summary(dist, context.reporter)
    context.result(_document(dist))


def _again(context: click.Context) -> list[str]:
    """The flags of this run, for a second one; all but ``OF_ONE_RUN``."""
    words: list[str] = []
    for parameter in context.command.params:
        if isinstance(parameter, click.Option) and parameter.name not in OF_ONE_RUN:
            words += _as_words(parameter, context.params[str(parameter.name)])
    return [*words, "--locked"]


def _as_words(option: click.Option, value: Any) -> list[str]:
    """An option as it was typed; nothing if it was not."""
    if value is None:
        return []
    if isinstance(value, bool):
        return (option.opts if value else option.secondary_opts)[:1]
    return [word for item in (value if option.multiple else [value]) for word in (option.opts[0], str(item))]


def _given(options: dict[str, Any]) -> Flags:
    """The flags that were really given; the others leave the recipe's word, or the default, as it is."""
    return {name: value for name, value in options.items() if value is not None and value != ()}


def _preamble(resolution: Resolution, recipe: Path | None, context: CommandContext) -> None:
    """Says what will be built from what, before it begins."""
    reporter, wanted, release = context.reporter, resolution.recipe, resolution.release.version
    channel = "" if wanted.version == release else f" ({wanted.version})"
    source = f", from {resolution.base.origin}" + (f", recipe {recipe}" if recipe else "")
    reporter.say(f"ohifbuild {__version__}")
    reporter.say(f"  release   OHIF {release}{channel}{source}")
    reporter.say(f"  link      {wanted.public_url}viewer?StudyInstanceUIDs=…&{wanted.token_param}=…")
    for archive in wanted.sources:
        label, whose = ("token", "") if len(wanted.sources) == 1 else (archive.name, "the token ")
        reporter.say(f"  {label:<9} {'' if archive.access == 'session' else whose}{_token_line(wanted, archive)}")
    reporter.say(f"  priors    {wanted.priors};  study list {'on' if wanted.study_list else 'off'}")
    reporter.say(f"  cache     {context.cache.root}")


def _token_line(wanted: Recipe, source: DataSource) -> str:
    """Where the token of a source's links goes."""
    header, scheme = wanted.token_rule(source)
    roots = " and ".join(wanted.roots_of(source))
    if source.access == "session":
        return f"no token goes to {roots}; requests carry the browser's session"
    session = ", with the browser's session" if source.access == "token-and-session" else ""
    return f"goes to {roots} as '{header}: {f'{scheme} ' if scheme else ''}…'{session}, and nowhere else"


def _summary(dist: Dist, reporter: Reporter) -> None:
    """Says what was built and where it is."""
    size = human_size(dist.manifest.size)
    reporter.say("")
    reporter.say(f"OHIF {dist.release.version} ({dist.origin}) is ready in {dist.seconds:.1f} s")
    reporter.say(f"  dist      {dist.path}  ({len(dist.manifest.files)} files, {size})")
    reporter.say(f"  digest    {dist.manifest.digest}")
    if dist.evidence:
        checks = len(dist.evidence.results)
        reporter.say(f"  report    {report_of(dist.evidence)}  ({checks} of {checks} checks hold)")
    else:
        reporter.say(f"  report    none; prove it with: ohifbuild verify {dist.path}")
    reporter.say(f"  try it    ohifbuild demo {dist.path}")


def _document(dist: Dist) -> dict[str, object]:
    return {
        "dist": str(dist.path),
        "release": dist.release.version,
        "origin": dist.origin,
        "digest": dist.manifest.digest,
        "files": len(dist.manifest.files),
        "bytes": dist.manifest.size,
        "seconds": round(dist.seconds, 3),
        "verified": dist.evidence.ok if dist.evidence else None,
        "report": str(report_of(dist.evidence)) if dist.evidence else None,
    }
