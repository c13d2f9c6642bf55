"""What a release was seen to do between the opening of a link and its first image: ``startup/VERSION.json``.

``ohifbuild.recording`` writes these files; a build only reads them, and so needs no browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict

from ohifbuild.core.documents import parse_json
from ohifbuild.releases.catalogue import sort_key

FOLDER = "startup"


@dataclass(frozen=True)
class RequestTemplate:
    """A request to the archive.

    Args:
        url: with ``{qido}`` or ``{wado}`` for the root, and ``{study}``, ``{series}``, ``{instance}`` and ``{frame}``
            for values.
        accept: its Accept header.
    """

    url: str
    accept: str


@dataclass(frozen=True)
class RecordedRequests:
    """What OHIF asks first, with one configuration of its data source.

    Args:
        options: OHIF's options of the data source without its name and its roots.
        one: the requests of a link with one study, in the order in which each waits for the one before.
        several: the requests for each study of a link with several.
    """

    options: Mapping[str, Any] = field(repr=False)
    one: tuple[RequestTemplate, ...]
    several: tuple[RequestTemplate, ...]


@dataclass(frozen=True)
class StartupProfile:
    """The recording of one release.

    Args:
        version: the release that was recorded.
        chunks: the ids of the bundler's chunks that the viewer's route loads before its first image, in the order of
            loading.
        later: the ids of the bundler's modules that are in the entry script or in those chunks, and that no link needs
            before its first image.
        requests: what it asks the archive first, for each configuration of a data source that was recorded.
    """

    version: str
    chunks: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    requests: tuple[RecordedRequests, ...] = ()


@cache
def startup_profile(version: str) -> StartupProfile | None:
    """The recording of a release, or the nearest of the same minor version; None if there is none.

    Args:
        version: a release such as ``3.12.0``; what is no such version has no recording.
    """
    folder = files("ohifbuild.releases").joinpath(FOLDER)
    names = sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json"))
    name = nearest(version, names)
    return parse_profile(name, folder.joinpath(f"{name}.json").read_text(encoding="utf-8")) if name else None


def nearest(version: str, recorded: Iterable[str]) -> str | None:
    """The recorded release itself, else the newest before it, else the oldest after it, of the same minor version."""
    same = sorted((name for name in recorded if _minor(name) == _minor(version)), key=sort_key)
    try:
        before = [name for name in same if sort_key(name) <= sort_key(version)]
    except ValueError:
        return None
    return before[-1] if before else next(iter(same), None)


def parse_profile(version: str, text: str) -> StartupProfile:
    """The profile that a text such as that of ``startup/VERSION.json`` means.

    Raises:
        ValueError: it means none.
    """
    data = _Document.model_validate(parse_json(text))  # its error is a ValueError
    requests = tuple(
        RecordedRequests(row.options, _templates(row.one), _templates(row.several)) for row in data.requests
    )
    return StartupProfile(version, tuple(data.chunks), tuple(data.later), requests)


class _Table(BaseModel):
    model_config = ConfigDict(strict=True)


class _Template(_Table):
    url: str
    accept: str


class _Requests(_Table):
    options: dict[str, Any]
    one: list[_Template]
    several: list[_Template]


class _Document(_Table):
    chunks: list[str] = []
    later: list[str] = []
    requests: list[_Requests] = []


def _templates(rows: Iterable[_Template]) -> tuple[RequestTemplate, ...]:
    return tuple(RequestTemplate(row.url, row.accept) for row in rows)


def _minor(version: str) -> list[str]:
    return version.split("-")[0].split(".")[:2]
