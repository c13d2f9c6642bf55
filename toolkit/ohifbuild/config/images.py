"""Images of a recipe: a logo and a favicon, checked by their bytes: they are served from the viewer's origin."""

from __future__ import annotations

import hashlib
import re
import struct
from pathlib import Path
from typing import Any
from xml.parsers import expat

from pydantic import BaseModel, ConfigDict, Field

LARGEST = 512 * 1024
WIDEST = 4096
IN_A_DIST = re.compile(r"(?:logo|favicon)\.[0-9a-f]{16}\.(?:svg|png|jpg|webp)")

# An SVG that is opened by its address has the viewer's origin. So it may only draw, and refer to itself only.
SVG_ELEMENTS = re.compile(
    "svg|g|defs|symbol|use|title|desc|metadata|path|rect|circle|ellipse|line|polyline|polygon|text|tspan"
    "|linearGradient|radialGradient|stop|clipPath|mask|pattern|marker"
    "|filter|feBlend|feColorMatrix|feComposite|feFlood|feGaussianBlur|feMerge|feMergeNode|feOffset"
)
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
# What drawing programs add, which browsers ignore.
EDITORS = (
    "http://www.inkscape.org/",
    "http://sodipodi.sourceforge.net/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://purl.org/dc/",
    "http://creativecommons.org/ns#",
    "http://ns.adobe.com/",
)
REFERRING = ("href", "src", "base")
REFERENCES = re.compile(
    r"url\(\s*['\"]?\s*(?!#)|image(?:-set)?\(|src\(|@import|expression\(|javascript:|\\", re.IGNORECASE
)
"""CSS names a file by ``url()``, and by a text in ``image()``, ``image-set()`` and ``src()`` (CSS Images 4)."""


class Image(BaseModel):
    """A checked image. ``name`` is its file in the dist; ``data`` is empty for an image that is in a dist already."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    data: bytes = Field(b"", exclude=True, repr=False)


def read_image(value: Any, kind: str) -> Image:
    """The image in a file.

    Args:
        value: the path of a file; or, in the recipe of a finished dist, the image's name there.
        kind: ``logo`` or ``favicon``.

    Raises:
        ValueError: it is no image that can be served safely; the text says why.
    """
    if isinstance(value, dict) and set(value) == {"name"} and IN_A_DIST.fullmatch(str(value["name"])):
        return Image(name=value["name"], data=b"")
    if isinstance(value, Image):
        return value
    if not isinstance(value, str | Path):
        raise ValueError("expected the path of an image in quotes")
    try:
        size = Path(value).stat().st_size
        data = Path(value).read_bytes() if size <= LARGEST else b""
    except (OSError, ValueError) as error:
        raise ValueError("expected the path of an image file that can be read") from error
    if size > LARGEST:
        raise ValueError(f"expected at most {LARGEST // 1024} KiB: the image loads with every link")
    return Image(name=f"{kind}.{hashlib.sha256(data).hexdigest()[:16]}.{image_type(data)}", data=data)


def image_type(data: bytes) -> str:
    """``png``, ``jpg``, ``webp`` or ``svg``, by an image's bytes.

    Raises:
        ValueError: it is another file, is too large, or is an SVG with more than drawings.
    """
    size = _raster_size(data)
    if size:
        kind, width, height = size
        if not (0 < width <= WIDEST and 0 < height <= WIDEST):
            raise ValueError(f"expected at most {WIDEST} pixels in width and height")
        return kind
    _check_svg(data)
    return "svg"


def _raster_size(data: bytes) -> tuple[str, int, int] | None:
    """Type, width and height; None if it is no PNG, JPEG or WebP."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR" and len(data) >= 33:
        return ("png", *struct.unpack(">II", data[16:24]))
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg_size(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp_size(data)
    return None


def _jpeg_size(data: bytes) -> tuple[str, int, int]:
    """From the first frame header (ISO 10918-1 B.2.2); zeros if there is none."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return ("jpg", width, height)
        at += 2 + length
    return ("jpg", 0, 0)


def _webp_size(data: bytes) -> tuple[str, int, int]:
    """From the first chunk (WebP container specification); zeros if it is none that an image begins with."""
    chunk, body = data[12:16], data[20:30]
    if len(body) < 10:
        return ("webp", 0, 0)
    if chunk == b"VP8X":
        return ("webp", int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return ("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if chunk == b"VP8 ":
        width, height = struct.unpack("<HH", body[6:10])
        return ("webp", width & 0x3FFF, height & 0x3FFF)
    return ("webp", 0, 0)


def _check_svg(data: bytes) -> None:
    """Refuses an SVG that could run a script, load something, or declare entities.

    Raises:
        ValueError: with everything that was found.
    """
    found: dict[str, None] = {}
    roots: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        roots.append(f"{namespace} {name}")
        if namespace == SVG_NAMESPACE and not SVG_ELEMENTS.fullmatch(name):
            found[f"it has <{name}>"] = None
        elif namespace != SVG_NAMESPACE and not namespace.startswith(EDITORS):
            found[f"it has <{name}>, which is not SVG"] = None
        if namespace.startswith(EDITORS):
            return
        for attribute, text in attributes.items():
            short = attribute.rpartition(" ")[2].lower()
            if short.startswith("on"):
                found[f"its {short} is a script"] = None
            elif (short in REFERRING and not text.strip().startswith("#")) or REFERENCES.search(text):
                found[f"its {short} refers to something outside the file"] = None

    def refuse(what: str) -> Any:
        def handler(*_: object) -> None:
            raise ValueError(f"expected an SVG that only draws: {what}")

        return handler

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse("it has a DOCTYPE, which can declare entities")
    parser.EntityDeclHandler = refuse("it declares entities")
    parser.ProcessingInstructionHandler = refuse("it has a processing instruction, which can load a style sheet")
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise ValueError("expected a PNG, JPEG, WebP or SVG image: its bytes are none of these") from None
    if roots[:1] != [f"{SVG_NAMESPACE} svg"]:
        raise ValueError("expected a PNG, JPEG, WebP or SVG image: its bytes are none of these")
    if found:
        raise ValueError(f"expected an SVG that only draws: {'; '.join(found)}")
