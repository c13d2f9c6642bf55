"""The settings that a dist was built with, read from its ``index.html``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ohifbuild.contract.place import below
from ohifbuild.core.errors import DistInvalid

ELEMENT = re.compile(
    r"<script\b(?=[^>]*\bid=[\"']?ohifbuild-settings[\"']?)[^>]*>(?P<json>.*?)</script>", re.DOTALL | re.IGNORECASE
)


@dataclass(frozen=True)
class Settings:
    """What the viewer's JavaScript was told.

    ``roots`` are paths or absolute URLs without a slash at the end, the DICOMweb root first. ``connect`` are other
    origins that the page may talk to, without the token. ``dicom_json`` is the path of the JSON files that links may
    name, with ``{id}`` for the one part that differs; '' where no link may name any.
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

    @property
    def dicomweb_root(self) -> str:
        """Where the archive is; further roots are other services that take the token."""
        return self.roots[0]

    def header_value(self, token: str) -> str:
        """The header's value for a token."""
        return f"{self.token_scheme} {token}" if self.token_scheme else token

    def is_archive(self, url: str) -> bool:
        """Whether a URL is under one of the roots; roots that are paths belong to whatever origin serves the dist."""
        return self.tail(url) is not None

    def tail(self, url: str) -> str | None:
        """The raw path of a URL below the longest root that it is under, without its first slash, or None."""
        parts = urlsplit(url)
        tails = []
        for root in self.roots:
            wanted = urlsplit(root)
            same_place = not wanted.netloc or (wanted.scheme, wanted.netloc) == (parts.scheme, parts.netloc)
            tail = below(parts.path, wanted.path) if same_place else None
            tails.extend([] if tail is None else [tail])
        return min(tails, key=len, default=None)


def read_settings(dist: Path) -> Settings:
    """The settings of a dist.

    Raises:
        DistInvalid: the folder is not a dist, or not one that ohifbuild made.
    """
    index = dist / "index.html"
    try:
        text = index.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _invalid(dist, f"It has no readable index.html ({type(error).__name__}).") from error
    found = ELEMENT.search(text)
    if not found:
        raise _invalid(dist, "Its index.html holds no ohifbuild settings: it may be a viewer as OHIF publishes it.")
    try:
        return settings_of(json.loads(found["json"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _invalid(dist, "The ohifbuild settings in its index.html are damaged.") from error


def settings_of(data: dict[str, Any]) -> Settings:
    """The settings of a page's ``ohifbuild-settings``; ValueError, KeyError or TypeError if they are damaged."""
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
    )


def _invalid(dist: Path, cause: str) -> DistInvalid:
    return DistInvalid(
        f"{dist} is not a viewer that ohifbuild built.",
        cause=cause,
        fix="Build one with: ohifbuild build --output dist",
    )
