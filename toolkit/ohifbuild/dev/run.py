"""Runs ``dev``: builds, serves, says where, and builds again after each save until Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ohifbuild.contract.link import make_link
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import OhifbuildError
from ohifbuild.dev.archives import DevArchive
from ohifbuild.dev.builds import Builder, DevBuild
from ohifbuild.dev.site import DevSite, dev_site
from ohifbuild.dev.watch import changes

NAMED = 3


def run(
    builder: Builder,
    archive: DevArchive,
    port: int,
    reporter: Reporter,
    *,
    on_links: Callable[[Mapping[str, str]], None],
) -> None:
    """Serves the recipe's viewer, and builds it again after each save, until Ctrl-C.

    Args:
        port: 0 for any free one.
        on_links: is called with the links and what they are called, and again when they change.

    Raises:
        OhifbuildError: the first build fails, or the port is in use. Later failures are shown in the pages.
        KeyboardInterrupt: Ctrl-C.
    """
    build = builder.build()
    while True:
        with dev_site(build, archive, port) as site:
            port = urlsplit(site.origin).port or port
            on_links(_links(site, build, archive))
            build = _until_settings_change(builder, build, site, reporter)


def _links(site: DevSite, build: DevBuild, archive: DevArchive) -> Mapping[str, str]:
    viewer, parameter = f"{site.origin}{build.settings.public_url}viewer", build.settings.token_param
    found: dict[str, str] = {}
    for number, link in enumerate(archive.links(build.settings), 1):
        name = link.name or f"study {number}"
        name = f"{name} ({number})" if name in found else name
        address = make_link(viewer, link.studies, link.token, parameter)
        found[name] = address if link.token else address.partition("#")[0]
    return found


def _until_settings_change(builder: Builder, build: DevBuild, site: DevSite, reporter: Reporter) -> DevBuild:
    """Builds after each save; returns a build that has to be served in another way: at other paths, for example."""
    while True:
        for saved in changes(builder.recipe_file, build.packages):
            began = time.monotonic()
            try:
                built = builder.build()
            except OhifbuildError as error:
                site.channel.publish(None, error)
                reporter.warn("\n".join(filter(None, (error.what, error.details, error.cause, error.fix))))
                continue
            reporter.say(f"{_names(saved)}: built again in {time.monotonic() - began:.2f} s")
            if built.settings != build.settings:
                return built
            site.show(built)
            known, build = build.packages, built
            if build.packages != known:
                break


def _names(saved: tuple[Path, ...]) -> str:
    more = len(saved) - NAMED
    return ", ".join(path.name for path in saved[:NAMED]) + (f" and {more} more" if more > 0 else "")
