"""Which of a viewer's archives a link names, and where that archive is."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import unquote, urljoin, urlsplit

from ohifbuild.contract.settings import Settings
from ohifbuild.doctor.address import Address
from ohifbuild.doctor.viewer_page import root_in

FILES = "dicomjson"
"""OHIF's data source for links that name a JSON file."""


def archive_named(settings: Settings, path: str) -> str:
    """The archive that a link's path names: OHIF's routes are ``/MODE`` and ``/MODE/NAME``; '' for the default one."""
    steps = path.removeprefix(settings.public_url).split("/") if path.startswith(settings.public_url) else []
    name = unquote(steps[1]).lower() if len(steps) == 2 else ""
    return "" if name in (FILES, settings.source_name.lower()) else name


def settings_at(settings: Settings, path: str) -> Settings:
    """The settings with the link's archive in place of the default one, if the viewer has it."""
    name = archive_named(settings, path)
    source = next((source for source in settings.further if source.name.lower() == name), None)
    if source is None:
        return settings
    return replace(
        settings,
        roots=source.roots,
        token_header=source.token_header,
        token_scheme=source.token_scheme,
        access=source.access,
    )


def is_known(settings: Settings, path: str) -> bool:
    """Whether the viewer has the archive that a link's path names."""
    name = archive_named(settings, path)
    return not name or any(source.name.lower() == name for source in settings.sources)


def roots_of(address: Address, settings: Settings, configuration: str) -> tuple[str, str, tuple[str, ...]]:
    """The URLs of the roots of searches, of images and metadata, and of everything that the link's archive has.

    Args:
        address: the page's address.
        settings: of the page, with the link's archive.
        configuration: the text of ``app-config.js``.
    """
    named = [_absolute(address, root) for root in settings.roots or (root_in(configuration),)]
    roots = tuple(dict.fromkeys(root for root in named if root))
    if not roots or not named[0]:
        return "", "", ()
    images = _absolute(address, _image_root(configuration, settings.roots[0] if settings.roots else ""))
    return roots[0], images if images in roots else roots[0], roots


def _image_root(configuration: str, searches: str) -> str:
    """The WADO-RS root beside a root of searches; '' if the configuration is not one of ohifbuild, or names none."""
    _, _, text = configuration.partition("window.config = ")
    try:
        sources = json.loads(text.rstrip().removesuffix(";"))["dataSources"]
        found = [source["configuration"] for source in sources]
        return next((str(each["wadoRoot"]) for each in found if each["qidoRoot"] == searches), "")
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def _absolute(address: Address, root: str) -> str:
    """The URL of a root; '' if it is no place of its own."""
    if not root:
        return ""
    try:
        url = urljoin(address.origin + "/", root).rstrip("/")
        parts = urlsplit(url)
    except ValueError:
        return ""
    is_place = parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment
    return url if is_place and "@" not in parts.netloc else ""
