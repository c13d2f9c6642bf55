"""Unpacks what was sent compressed, no further than is useful."""

from __future__ import annotations

import zlib

import brotli

from ohifbuild.doctor.client import Answer

LONGEST = 64 * 1024 * 1024
GZIP_WBITS = 31
GZIP_MAGIC = b"\x1f\x8b"
PAGE_STARTS = (b"<!doctype html", b"<html")


def unpacked(answer: Answer) -> bytes | None:
    """The body as its ``Content-Encoding`` says; None where it is not what that says, or too long."""
    coding = answer.get("content-encoding").strip().lower()
    if coding in ("", "identity"):
        return answer.body
    if coding in ("gzip", "x-gzip"):
        return gunzipped(answer.body, whole=answer.whole)
    return unbrotlied(answer.body, whole=answer.whole) if coding == "br" else None


def gunzipped(body: bytes, *, whole: bool = True) -> bytes | None:
    """None if it is not gzip, or longer than LONGEST, or torn and yet the ``whole``."""
    machine = zlib.decompressobj(GZIP_WBITS)
    try:
        found = machine.decompress(body, LONGEST)
    except zlib.error:
        return None
    return None if machine.unconsumed_tail or (whole and not machine.eof) else found


def unbrotlied(body: bytes, *, whole: bool = True) -> bytes | None:
    """The same for brotli."""
    machine = brotli.Decompressor()
    try:
        found = bytes(machine.process(body, output_buffer_limit=LONGEST))
    except brotli.error:
        return None
    return None if len(found) >= LONGEST or (whole and not machine.is_finished()) else found


def shows_page(answer: Answer) -> bool:
    """Whether the body is HTML, whatever it is called."""
    start = (unpacked(answer) or b"")[:200].lstrip().lower()
    return start.startswith(PAGE_STARTS)
