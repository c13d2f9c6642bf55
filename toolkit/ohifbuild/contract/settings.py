"""Reads the settings of a dist from its ``index.html``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ohifbuild.contract.place import below
from ohifbuild.core.documents import parse_json
from ohifbuild.core.errors import DistInvalid

ELEMENT = re.compile(
    r"<script\b(?=[^>]*\sid=([\"']?)ohifbuild-settings\1[\s>])[^>]*>(?P<json>.*?)</script>", re.DOTALL | re.IGNORECASE
)


@dataclass(frozen=True)
class Source:
    """An archive: its name in addresses, its roots, its token rule and what its requests carry.

    ``access`` is ``token``, ``session`` (cookies and sign-in of the browser, no token) or ``token-and-session``.
    """

    name: str
    roots: tuple[str, ...]
    token_header: str
    token_scheme: str
    access: str

    @property
    def has_session(self) -> bool:
        """Whether requests carry the browser's cookies and sign-in."""
        return self.access != "token"


@dataclass(frozen=True)
class Settings:
    """The settings of the viewer's JavaScript.

    ``roots``, header, scheme and ``access`` are those of the default archive; ``further`` are the other archives.
    ``roots`` are paths or absolute URLs without a slash at the end; the root of searches is the first. ``connect`` are
    other origins to which the page may connect, without the token; ``embed_in`` are origins whose pages may frame the
    viewer. ``dicom_json`` is the path of the JSON files that links may name, with ``{id}`` for the variable part; ''
    means that links may name none. ``preview_image`` is whether the page shows the first image before OHIF does,
    ``media_streaming`` whether the dist has a service worker for videos.
    """

    token_param: str = "token"
    token_header: str = "token"
    token_scheme: str = ""
    roots: tuple[str, ...] = ("/dicom-web",)
    priors: str = "never"
    storage: str = "tab"
    study_list: bool = False
    public_url: str = "/"
    connect: tuple[str, ...] = ()
    dicom_json: str = ""
    source_name: str = "dicomweb"
    access: str = "token"
    further: tuple[Source, ...] = ()
    embed_in: tuple[str, ...] = ()
    preview_image: bool = False
    media_streaming: bool = False

    @property
    def dicomweb_root(self) -> str:
        """The default archive's root; the other roots are other services that accept the token."""
        return self.roots[0]

    @property
    def sources(self) -> tuple[Source, ...]:
        """All archives; the default one is the first."""
        default = Source(self.source_name, self.roots, self.token_header, self.token_scheme, self.access)
        return (default, *self.further)

    @property
    def all_roots(self) -> tuple[str, ...]:
        """The roots of all archives, those of the default one first."""
        return tuple(dict.fromkeys(root for source in self.sources for root in source.roots))

    def header_value(self, token: str) -> str:
        """The value of the token's header."""
        return f"{self.token_scheme} {token}" if self.token_scheme else token

    def is_archive(self, url: str) -> bool:
        """Whether a URL is under one of the roots; a root that is a path is on the origin that serves the dist."""
        return self.tail(url) is not None

    def tail(self, url: str) -> str | None:
        """The raw path of a URL below its longest root, without the first slash; None if it is under no root."""
        parts = urlsplit(url)
        tails = []
        for root in self.all_roots:
            expected = urlsplit(root)
            same_origin = not expected.netloc or (expected.scheme, expected.netloc) == (parts.scheme, parts.netloc)
            tail = below(parts.path, expected.path) if same_origin else None
            tails.extend([] if tail is None else [tail])
        return min(tails, key=len, default=None)


def read_settings(dist: Path) -> Settings:
    """The settings of a dist.

    Raises:
        DistInvalid: the folder is not a dist, or ohifbuild did not build it.
    """
    index = dist / "index.html"
    try:
        text = index.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _invalid(dist, f"Its index.html cannot be read ({type(error).__name__}).") from error
    found = ELEMENT.search(text)
    if not found:
        raise _invalid(dist, "Its index.html has no ohifbuild settings: it may be an unmodified OHIF viewer.")
    try:
        return settings_of(parse_json(found["json"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _invalid(dist, "The ohifbuild settings in its index.html are damaged.") from error


def settings_of(data: dict[str, Any]) -> Settings:
    """The settings from the parsed ``ohifbuild-settings`` of a page.

    Raises:
        ValueError, KeyError, TypeError: the settings are damaged.
    """
    return Settings(
        token_param=str(data["tokenParam"]),
        token_header=str(data["tokenHeader"]),
        token_scheme=str(data["tokenScheme"]),
        roots=tuple(str(root) for root in data["roots"]),
        priors=str(data["priors"]),
        storage=str(data["storage"]),
        study_list=bool(data["studyList"]),
        public_url=str(data["publicUrl"]),
        connect=tuple(str(origin) for origin in data.get("connect", ())),
        dicom_json=str(data.get("dicomJson", "")),
        source_name=str(data.get("sourceName", "dicomweb")),
        access=str(data.get("access", "token")),
        further=tuple(_source(item) for item in data.get("further", ())),
        embed_in=tuple(str(origin) for origin in data.get("embedIn", ())),
        preview_image=bool(data.get("previewImage", False)),
        media_streaming=bool(data.get("mediaStreaming", False)),
    )


def _source(data: dict[str, Any]) -> Source:
    return Source(
        name=str(data["name"]),
        roots=tuple(str(root) for root in data["roots"]),
        token_header=str(data["tokenHeader"]),
        token_scheme=str(data["tokenScheme"]),
        access=str(data["access"]),
    )


def _invalid(dist: Path, cause: str) -> DistInvalid:
    return DistInvalid(
        f"{dist} is not a viewer that ohifbuild built.",
        cause=cause,
        fix="Build one with: ohifbuild build --output dist",
    )
