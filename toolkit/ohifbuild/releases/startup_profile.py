"""What a release loads and asks for before its first image, recorded once for each release of the catalogue.

``startup/<version>.json`` holds a recording. It is data of ohifbuild, not made by each build, so builds need no browser
and give the same bytes everywhere. A release without one gets the recording of the newest release of the same minor
version that has one.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

FOLDER = "startup"


@dataclass(frozen=True)
class StartupProfile:
    """A recording.

    ``version`` is the release that was recorded. ``chunks`` are the ids of the bundler's chunks that the viewer's route
    loads before its first image, in the order of loading. ``requests`` are the requests to the archive, see
    ``startup-plan.js`` of the template.
    """

    version: str
    chunks: tuple[str, ...] = ()
    requests: tuple[dict[str, Any], ...] = ()


def startup_profile(version: str) -> StartupProfile | None:
    """The recording for a release; None if there is none of its minor version."""
    known = _recordings()
    same = [name for name in known if _minor(name) == _minor(version)]
    if not same:
        return None
    return _read(version if version in known else max(same, key=_order))


@functools.cache
def _recordings() -> tuple[str, ...]:
    names = (path.name for path in files("ohifbuild.releases").joinpath(FOLDER).iterdir())
    return tuple(name.removesuffix(".json") for name in names if name.endswith(".json"))


@functools.cache
def _read(version: str) -> StartupProfile:
    text = files("ohifbuild.releases").joinpath(FOLDER, f"{version}.json").read_text(encoding="utf-8")
    data = json.loads(text)
    return StartupProfile(version, tuple(data.get("chunks", ())), tuple(data.get("requests", ())))


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _order(version: str) -> tuple[int, str]:
    patch = version.split("-")[0].split(".")[2]
    return int(patch), version
