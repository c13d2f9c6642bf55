"""Decompresses the bodies of answers, with a limit on their size."""

from __future__ import annotations

import zlib

import brotli

from ohifbuild.doctor.client import Answer

LONGEST = 64 * 1024 * 1024
START = 4096
GZIP_WBITS = 31
GZIP_MAGIC = b"\x1f\x8b"
PAGE_STARTS = (b"<!doctype html", b"<html")


def unpacked(answer: Answer) -> bytes | None:
    """The body, decompressed as its ``Content-Encoding`` says; None if that is wrong, or the result is too long."""
    found = _decoded(answer, LONGEST)
    if found is None:
        return None
    body, complete = found
    return body if complete or not answer.whole else None


def gunzipped(body: bytes) -> bytes | None:
    """The decompressed bytes; None if they are not gzip, incomplete, or too long."""
    found = _gunzipped(body, LONGEST)
    return found[0] if found and found[1] else None


def unbrotlied(body: bytes) -> bytes | None:
    """The decompressed bytes; None if they are not brotli, incomplete, or too long."""
    found = _unbrotlied(body, LONGEST)
    return found[0] if found and found[1] else None


def shows_page(answer: Answer) -> bool:
    """Whether the body is HTML, whatever its media type."""
    body, _ = _decoded(answer, START) or (b"", True)
    return body.lstrip().lower().startswith(PAGE_STARTS)


def _decoded(answer: Answer, limit: int) -> tuple[bytes, bool] | None:
    """About ``limit`` bytes of the decompressed body, and whether that is all; None if its header is wrong."""
    coding = answer.get("content-encoding").strip().lower()
    if coding in ("", "identity"):
        return answer.body, True
    if coding in ("gzip", "x-gzip"):
        return _gunzipped(answer.body, limit)
    return _unbrotlied(answer.body, limit) if coding == "br" else None


def _gunzipped(body: bytes, limit: int) -> tuple[bytes, bool] | None:
    decompressor = zlib.decompressobj(GZIP_WBITS)
    try:
        return decompressor.decompress(body, limit), decompressor.eof
    except zlib.error:
        return None


def _unbrotlied(body: bytes, limit: int) -> tuple[bytes, bool] | None:
    decompressor = brotli.Decompressor()
    try:
        return bytes(decompressor.process(body, output_buffer_limit=limit)), decompressor.is_finished()
    except brotli.error:
        return None
