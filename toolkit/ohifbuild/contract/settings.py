"""Reads the settings of a dist from its ``index.html``."""

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
    """The settings of the viewer's JavaScript.

    ``roots`` are paths or absolute URLs without a slash at the end; the DICOMweb root is the first. ``connect`` are
    other origins to which the page may connect, without the token. ``dicom_json`` is the path of the JSON files that
    links may name, with ``{id}`` for the variable part; '' means that links may name none.
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
        """The archive's root; the other roots are other services that accept the token."""
        return self.roots[0]

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
        for root in self.roots:
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
        return settings_of(json.loads(found["json"]))
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
    )


def _invalid(dist: Path, cause: str) -> DistInvalid:
    return DistInvalid(
        f"{dist} is not a viewer that ohifbuild built.",
        cause=cause,
        fix="Build one with: ohifbuild build --output dist",
    )
