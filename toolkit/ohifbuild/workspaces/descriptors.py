"""Run-time plugin descriptors of OHIF 3.14: entries of ``window.config.extensions`` and ``modes`` that are objects.

Source: OHIF's page "Runtime Extensions" (`platform/docs/docs/platform/extensions/runtime-extensions.md`).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ohifbuild.packages.package import NAME
from ohifbuild.releases.ranges import parse_range
from ohifbuild.workspaces.problems import shown

KEYS = ("packageName", "importPath", "globalName", "coreVersionRange", "integrity", "styles")
GLOBAL = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$@./-]*")
# Without quotes, backslashes and spaces: OHIF's own schema of such paths.
URL = re.compile(r"(?:https://[A-Za-z0-9.:\[\]-]+)?/(?!/)[A-Za-z0-9@._~/%+-]*")
DIGEST_BYTES = {"sha256": 32, "sha384": 48, "sha512": 64}


@dataclass(frozen=True)
class Descriptor:
    """A bundle that OHIF loads at run time.

    Args:
        package: the package's name, which is the id of its extension or mode.
        url: a path on the viewer's origin, or an https URL.
        global_name: the variable of a UMD bundle; '' for an ES module.
        core_versions: the range of OHIF versions, or ''.
        integrity: as in HTML, or ''.
        styles: URLs of style sheets.
    """

    package: str
    url: str
    global_name: str = ""
    core_versions: str = ""
    integrity: str = ""
    styles: tuple[str, ...] = ()

    def written(self) -> dict[str, Any]:
        """The descriptor as OHIF reads it."""
        values = (self.package, self.url, self.global_name, self.core_versions, self.integrity, list(self.styles))
        return {key: value for key, value in zip(KEYS, values, strict=True) if value}


def read_descriptor(entry: Mapping[str, Any], where: str) -> tuple[Descriptor | None, list[str]]:
    """The descriptor in an entry, or what is wrong with it.

    Args:
        entry: the object.
        where: its place, such as ``extensions[0]``, for the messages.
    """
    problems = [f"{where}.{key} is unknown" for key in entry if key not in KEYS]
    texts = {key: entry.get(key, "") for key in KEYS[:5]}
    problems += [f"{where}.{key} is {shown(text)}; expected text" for key, text in texts.items() if not _is_text(text)]
    styles = entry.get("styles", [])
    if not isinstance(styles, list) or not all(_is_text(each) and _is_url(each) for each in styles):
        problems.append(f"{where}.styles is {shown(styles)}; expected a list of paths or https URLs")
    if problems:
        return None, problems
    made = Descriptor(
        package=texts["packageName"],
        url=texts["importPath"],
        global_name=texts["globalName"],
        core_versions=texts["coreVersionRange"],
        integrity=texts["integrity"],
        styles=tuple(styles),
    )
    checks = (
        (NAME.fullmatch(made.package), "packageName", "the name of an npm package"),
        (_is_url(made.url), "importPath", "a path such as /plugins/NAME/1.0.0/index.umd.js, or an https URL"),
        (not made.global_name or GLOBAL.fullmatch(made.global_name), "globalName", "the name of a variable"),
        (not made.core_versions or _is_range(made.core_versions), "coreVersionRange", "a range such as >=3.14 <4"),
        (not made.integrity or _is_integrity(made.integrity), "integrity", "sha384- and the digest in base64"),
    )
    problems = [
        f"{where}.{key} is {shown(entry.get(key))}; expected {expected}" for holds, key, expected in checks if not holds
    ]
    if urlsplit(made.url).netloc and not made.integrity and not problems:
        problems.append(f"{where}.integrity is missing: OHIF refuses a bundle of another origin without it")
    return (None, problems) if problems else (made, [])


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 2048


def _is_url(value: str) -> bool:
    return bool(URL.fullmatch(value)) and ".." not in value.split("/")


def _is_range(value: str) -> bool:
    try:
        parse_range(value)
    except ValueError:
        return False
    return True


def _is_integrity(value: str) -> bool:
    """Whether a text is one or more digests (W3C Subresource Integrity)."""
    return all(_is_digest(each) for each in value.split(" "))


def _is_digest(value: str) -> bool:
    name, _, text = value.partition("-")
    try:
        return len(base64.b64decode(text, validate=True)) == DIGEST_BYTES[name]
    except (KeyError, binascii.Error):
        return False
