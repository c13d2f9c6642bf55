"""Which of a viewer's archives a link names, and where that archive is."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from ohifbuild.contract.settings import Settings
from ohifbuild.contract.source import source_of
from ohifbuild.doctor.address import Address
from ohifbuild.doctor.viewer_page import root_in
from ohifbuild.viewer.app_config import read_app_config


def settings_at(settings: Settings, path: str, query: str) -> Settings:
    """The settings with the archive that an address names in place of the default one, if the viewer has it."""
    source = source_of(settings, path, query)
    if source is None:
        return settings
    return replace(
        settings,
        roots=source.roots,
        token_header=source.token_header,
        token_scheme=source.token_scheme,
        access=source.access,
    )


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
    try:
        sources = read_app_config(configuration)["dataSources"]
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
