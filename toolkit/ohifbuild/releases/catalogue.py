"""The catalogue of OHIF releases: reads ``releases.toml``, and finds the pin of a version or channel."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ohifbuild.core.documents import parse_toml
from ohifbuild.core.errors import UnknownRelease

VERSION = re.compile(r"v?(3\.[0-9]{1,4}\.[0-9]{1,4}(?:-[0-9A-Za-z][0-9A-Za-z.-]{0,40})?)")


@dataclass(frozen=True)
class ReleasePin:
    """One OHIF release. ``commit`` and ``npm_integrity`` are None if they are not pinned; ``npm_size`` is in bytes;
    ``pinned`` is False for a version or a commit that is not in the catalogue; ``released`` is the day of the tag, or
    that on which npm got the release."""

    version: str
    tag: str
    commit: str | None
    npm_integrity: str | None
    npm_size: int | None
    node: str
    package_manager: str
    bundler: str
    verified: tuple[str, ...]
    pinned: bool = True
    released: date | None = None


@dataclass(frozen=True)
class Catalogue:
    """``source`` is the URL of OHIF's git repository, ``package`` is OHIF's npm package, ``channels`` name versions."""

    source: str
    package: str
    channels: Mapping[str, str]
    releases: Mapping[str, ReleasePin]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Row(_Table):
    version: Annotated[str, Field(pattern=f"^{VERSION.pattern}$")]
    tag: str
    commit: str | None = None
    npm: str | None = None
    npm_size: int | None = None
    node: str
    package_manager: str
    bundler: str
    verified: list[str]
    released: date | None = None


class _Document(_Table):
    source: str
    package: str
    channels: dict[str, str]
    release: Annotated[list[_Row], Field(min_length=1)]

    @model_validator(mode="after")
    def _has_the_releases_of_its_channels(self) -> Self:
        unknown = set(self.channels.values()) - {row.version for row in self.release}
        if unknown:
            raise ValueError(f"a channel names {min(unknown)[:60]}, which is no release here")
        return self


@cache
def catalogue() -> Catalogue:
    """The catalogue that this version of ohifbuild ships."""
    return parse_catalogue(files("ohifbuild.releases").joinpath("releases.toml").read_text(encoding="utf-8"))


def parse_catalogue(text: str) -> Catalogue:
    """The catalogue that a text such as that of ``releases.toml`` means.

    Raises:
        ValueError: it means none.
    """
    document = parse_toml(text)
    try:
        data = _Document.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = " ".join(map(str, first["loc"])) or "the text"
        raise ValueError(f"{where}: {first['msg']}") from error
    return Catalogue(data.source, data.package, data.channels, {pin.version: pin for pin in map(_pin, data.release)})


def find_release(name: str, known: Catalogue) -> ReleasePin:
    """The pin of a channel (``v3-stable``) or a version (``3.12.0``, ``v3.12.0``).

    A valid v3 version that is not in the catalogue gets a pin with ``pinned=False`` and the toolchain of the newest
    release before it; the origin checks whether it exists.

    Raises:
        UnknownRelease: ``name`` is neither a channel nor a v3 version; ``fix`` names the nearest ones.
    """
    if name in known.channels:
        return known.releases[known.channels[name]]
    matched = VERSION.fullmatch(name)
    if not matched:
        raise unknown_release(name, known)
    version = matched[1]
    if version in known.releases:
        return known.releases[version]
    nearest = _newest_before(version, known)
    return ReleasePin(
        version=version,
        tag=f"v{version}",
        commit=None,
        npm_integrity=None,
        npm_size=None,
        node=nearest.node,
        package_manager=nearest.package_manager,
        bundler=nearest.bundler,
        verified=(),
        pinned=False,
    )


def unknown_release(name: str, known: Catalogue, others: tuple[str, ...] = ()) -> UnknownRelease:
    """The error for a release that does not exist, with the nearest ones; ``others`` are the registry's versions."""
    names = [*known.channels, *sorted({*known.releases, *others}, key=sort_key)]
    near = difflib.get_close_matches(name.removeprefix("v"), names, n=3, cutoff=0.5) or names[:3]
    return UnknownRelease(
        f"The OHIF release '{name[:60]}' is unknown.",
        cause="The name is mistyped, or it is not a v3 release.",
        fix=f"Try {', '.join(near)}, or list all releases with: ohifbuild releases",
    )


def sort_key(version: str) -> tuple[tuple[int, ...], int, tuple[tuple[int, str], ...]]:
    """Orders versions as semver does: a prerelease comes before its release."""
    core, _, pre = version.partition("-")
    parts = tuple((int(p), "") if p.isdigit() else (-1, p) for p in pre.split(".")) if pre else ()
    return tuple(int(part) for part in core.split(".")), 0 if pre else 1, parts


def _newest_before(version: str, known: Catalogue) -> ReleasePin:
    pins = sorted(known.releases.values(), key=lambda pin: sort_key(pin.version))
    before = [pin for pin in pins if sort_key(pin.version) <= sort_key(version)]
    return before[-1] if before else pins[0]


def _pin(row: _Row) -> ReleasePin:
    return ReleasePin(
        version=row.version,
        tag=row.tag,
        commit=row.commit,
        npm_integrity=row.npm,
        npm_size=row.npm_size,
        node=row.node,
        package_manager=row.package_manager,
        bundler=row.bundler,
        verified=tuple(row.verified),
        released=row.released,
    )
