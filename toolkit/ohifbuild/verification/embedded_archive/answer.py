"""Requests to the archive and its answers, independent of the web framework."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ohifbuild.verification.embedded_archive.accept import Media

RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


@dataclass(frozen=True)
class DicomwebRequest:
    """A GET request.

    Args:
        path: the parts of the path below the root, decoded.
        query: decoded names and values.
        wanted: the media types that the client accepts.
        root: the absolute URL of the root.
        range: the Range header.
    """

    path: tuple[str, ...]
    query: Sequence[tuple[str, str]]
    wanted: Sequence[Media]
    root: str
    range: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer; the ``parts`` of its body are made while they are sent."""

    type: str
    parts: Iterable[bytes]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


class RequestRefused(Exception):
    """The archive refuses a request, with an HTTP status and a sentence for the client."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@contextmanager
def object_errors() -> Iterator[None]:
    """Refuses a request for an object that cannot be read, or whose pixels cannot be decoded.

    Raises:
        RequestRefused: the block raised anything.
    """
    try:
        yield
    except RequestRefused:
        raise
    except Exception as error:  # pydicom and the decoders raise many kinds for a damaged object
        raise RequestRefused(406, "This object is damaged, or coded in a way that this archive cannot read.") from error


@dataclass(frozen=True)
class Part:
    """One part of a multipart answer."""

    type: str
    body: bytes
    location: str = ""


def whole(media_type: str, body: bytes) -> Answer:
    """An answer with a whole body."""
    return Answer(media_type, (body,), length=len(body))


def partial(media_type: str, body: bytes, wanted_range: str) -> Answer:
    """A body, or the requested range of it (RFC 9110 14; several ranges are ignored)."""
    found = RANGE.match(wanted_range.replace(" ", ""))
    if not found or found[1] == found[2] == "":
        return Answer(media_type, (body,), headers={"Accept-Ranges": "bytes"}, length=len(body))
    size = len(body)
    start = int(found[1]) if found[1] else max(0, size - int(found[2]))
    end = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
    if start > end:
        return Answer("text/plain", (b"",), 416, {"Content-Range": f"bytes */{size}"}, 0)
    headers = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {start}-{end}/{size}"}
    return Answer(media_type, (body[start : end + 1],), 206, headers, end + 1 - start)


def multipart(media_type: str, parts: Iterable[Part]) -> Answer:
    """A multipart/related answer (RFC 2387) whose parts are of that type."""
    boundary = secrets.token_hex(16)
    return Answer(f'multipart/related; type="{media_type}"; boundary={boundary}', _joined(parts, boundary))


def _joined(parts: Iterable[Part], boundary: str) -> Iterator[bytes]:
    for part in parts:
        location = f"Content-Location: {part.location}\r\n" if part.location else ""
        head = f"--{boundary}\r\n{location}Content-Type: {part.type}\r\nContent-Length: {len(part.body)}\r\n\r\n"
        yield head.encode("ascii") + part.body + b"\r\n"
    yield f"--{boundary}--\r\n".encode("ascii")
