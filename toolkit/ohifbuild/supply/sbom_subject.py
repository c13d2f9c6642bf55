"""Which dist an SBOM is about. Without the packages that write SBOMs, because importing them takes long."""

from __future__ import annotations

import uuid
from typing import Any

from ohifbuild.core.documents import parse_json
from ohifbuild.viewer.manifest import Manifest

# The property that says whether the list is complete.
COMPLETENESS = "ohifbuild:components"


def is_about(document: Any, manifest: Manifest) -> bool:
    """Whether an SBOM, parsed from JSON, is about the dist that ``manifest`` describes."""
    try:
        hashes = [item["content"] for item in document["metadata"]["component"]["hashes"]]
    except (KeyError, TypeError):
        return False
    return hashes == [hexadecimal(manifest)]


def moved_sbom(text: str, old: Manifest, new: Manifest) -> str:
    """The SBOM ``text`` of the dist ``old``, changed for ``new``, which has the same contents.

    Returns "" if ``text`` is not about ``old``.
    """
    try:
        document = parse_json(text)
    except ValueError:
        return ""
    if not is_about(document, old):
        return ""
    return text.replace(hexadecimal(old), hexadecimal(new)).replace(str(serial(old)), str(serial(new)))


def serial(manifest: Manifest) -> uuid.UUID:
    """The serial number of the dist's SBOM."""
    return uuid.uuid5(uuid.NAMESPACE_URL, manifest.digest)


def hexadecimal(manifest: Manifest) -> str:
    """The dist's digest as CycloneDX writes it."""
    return manifest.digest.removeprefix("sha256:")
