"""Content negotiation: what a client accepts, from its Accept header or its ``accept`` parameter (PS3.18 8.3.3).

Parsed here because viewers send ``multipart/related; type=image/jls`` without the quotes that RFC 9110 asks for: WebOb
refuses that, Werkzeug reads ``type=image``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

MEDIA_RANGE = re.compile(r'((?:[^",;]|"[^"]*")+)((?:;(?:[^",;]|"[^"]*")*)*)(?:,|$)')
PARAMETER = re.compile(r';\s*([\w.-]+)\s*=\s*("[^"]*"|[^;]*)')

EXPLICIT = "1.2.840.10008.1.2.1"
NATIVE = frozenset({"1.2.840.10008.1.2", EXPLICIT})

LONGEST = 2048
"""Characters of an Accept header that are read; the pattern takes time by their square."""

MEDIA_TYPES = {
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
    "1.2.840.10008.1.2.5": "image/dicom-rle",
    "1.2.840.10008.1.2.4.100": "video/mpeg",
    "1.2.840.10008.1.2.4.102": "video/mp4",
    "1.2.840.10008.1.2.4.103": "video/mp4",
}
"""PS3.18 table 8.7.3-5."""

DEFAULT_SYNTAX = {
    "application/octet-stream": EXPLICIT,
    "image/jpeg": "1.2.840.10008.1.2.4.70",
    "image/jls": "1.2.840.10008.1.2.4.80",
    "image/jp2": "1.2.840.10008.1.2.4.90",
    "image/dicom-rle": "1.2.840.10008.1.2.5",
}
"""What a media type means without a transfer-syntax parameter; same table."""


@dataclass(frozen=True)
class Media:
    """One media range; type and parameter names are lower-case, ``q`` is 0 to 1."""

    type: str
    parameters: dict[str, str] = field(default_factory=dict)
    q: float = 1.0


@dataclass(frozen=True)
class Form:
    """How pixels go out: in this transfer syntax, as this media type, as multipart or as one body."""

    type: str
    syntax: str
    multipart: bool


def parse_accept(text: str) -> list[Media]:
    """The media ranges of an Accept header, the dearest first; nothing is anything."""
    found = [_media(match[1], match[2]) for match in MEDIA_RANGE.finditer(text[:LONGEST]) if match[1].strip()]
    wanted = [media for media in found if media.q > 0]
    return sorted(wanted, key=lambda media: -media.q) if found else [Media("*/*")]


def accepts(wanted: Sequence[Media], offered: Sequence[str]) -> str:
    """The first of the offered media types that is wanted; empty if none is."""
    for media in wanted:
        for offer in offered:
            if media.type in (offer, "*/*", offer.partition("/")[0] + "/*"):
                return offer
    return ""


def wants_multipart(wanted: Sequence[Media], types: Sequence[str]) -> bool:
    """Whether a multipart answer with parts of one of these types is wanted (named without a type counts)."""
    return any(
        media.type == "*/*" or (media.type == "multipart/related" and (_inner(media)[0] in ("", "*/*", *types)))
        for media in wanted
    )


def frame_form(wanted: Sequence[Media], stored: str, count: int) -> Form | None:
    """How ``count`` frames that are stored in the transfer syntax ``stored`` go out; None if no way is acceptable.

    Frames are sent as they are stored or decoded, never encoded again.
    """
    for media in wanted:
        if media.type in ("*/*", "multipart/*"):
            return _form("", EXPLICIT, stored)
        if media.type == "application/octet-stream" and count == 1:
            return Form("application/octet-stream", EXPLICIT, multipart=False)
        if media.type == "multipart/related":
            form = _form(*_inner(media), stored)
            if form:
                return form
    return None


def _form(inner: str, syntax: str, stored: str) -> Form | None:
    known = EXPLICIT if stored in NATIVE else stored
    own_type = MEDIA_TYPES.get(known, "application/octet-stream")
    if syntax == "*" and inner in ("", "*/*", "application/octet-stream", own_type):
        return Form(own_type, known, multipart=True)
    asked = syntax or DEFAULT_SYNTAX.get(inner or "application/octet-stream", "")
    if asked == known and inner in ("", "*/*", "application/octet-stream", own_type):
        return Form(own_type, known, multipart=True)
    if asked == EXPLICIT and inner in ("", "*/*", "application/octet-stream"):
        return Form("application/octet-stream", EXPLICIT, multipart=True)
    return None


def _inner(media: Media) -> tuple[str, str]:
    """Type and transfer syntax of a multipart range's parts; some clients put the syntax into the quoted type."""
    text = media.parameters.get("type", "")
    inner = _media(text, "") if ";" not in text else parse_accept(text)[0]
    syntax = media.parameters.get("transfer-syntax") or inner.parameters.get("transfer-syntax", "")
    return inner.type, syntax


def _media(name: str, tail: str) -> Media:
    parameters = {key.lower(): value.strip().strip('"') for key, value in PARAMETER.findall(tail)}
    try:
        q = float(parameters.pop("q", "1"))
    except ValueError:
        q = 0.0
    return Media(name.strip().lower(), parameters, q)
