"""The chunks that a visit loaded before its first image."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from ohifbuild.verification.evidence import Observation
from ohifbuild.verification.tab import Tab
from ohifbuild.viewer.startup_files import JOINED, chunk_names

# Of the page alone: a worker loads chunks of its own, with other variants of the same modules.
LOADED = "() => performance.getEntriesByType('resource').map(({ name }) => name)"


def is_joined(url: str) -> bool:
    """Whether a URL is of a file into which a build has joined chunks."""
    return PurePosixPath(urlsplit(url).path).name.startswith(JOINED)


def chunks(seen: Observation, tab: Tab, dist: Path) -> tuple[str, ...]:
    """The ids of the chunks in the order of loading, first those with a script, then those that only have a style.

    Args:
        seen: a visit without the joined files, by which the page would not load its chunks.
        tab: the same visit's tab, which still shows the page.
    """
    of_page = set(tab.evaluate(LOADED))
    until = seen.first_image or 0.0
    loaded = [each for each in sorted(seen.sent, key=lambda each: each.at) if each.url in of_page and each.at <= until]
    scripts = [_name(each.url) for each in loaded if each.resource_type == "script"]
    styles = [_name(each.url) for each in loaded if each.resource_type == "stylesheet"]
    ids = {file: chunk for chunk, file in chunk_names(dist).items()}
    found = [ids[name] for name in scripts if name in ids]
    return tuple(dict.fromkeys((*found, *(name.removesuffix(".css") for name in styles if name.count(".") == 1))))


def _name(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).name
