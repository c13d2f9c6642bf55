"""Whether a file is compressed as its headers say, and is the one in the manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ohifbuild.doctor.decompress import GZIP_MAGIC, gunzipped, unbrotlied, unpacked
from ohifbuild.doctor.observations import FileEvidence


def is_as_built(file: FileEvidence) -> bool:
    """Whether a file, decompressed, is the one in the dist's manifest."""
    body = unpacked(file.answer)
    expected = file.expected
    return expected is not None and body is not None and hashlib.sha256(body).hexdigest() == expected.sha256


def compress_once(file: FileEvidence, others: Sequence[FileEvidence]) -> str:
    """What to change for a file whose compression is wrong; not what other files show to be right already."""
    again = "Copy the whole dist again: the file, or its compressed copy, was changed on the server."
    if file.answer.get("content-encoding"):
        return f"{again}\nIf a proxy compresses it a second time, switch that off there: nginx: gzip off;"
    if any(other.answer.get("content-encoding") and not compression_problem(other) for other in others):
        return again
    return f"Send compressed copies with Content-Encoding: nginx: gzip_static on;\n{again}"


def compression_problem(file: FileEvidence) -> str:
    """The fault in a file's compression, in words that follow 'is'; '' if there is none."""
    answer = file.answer
    coding = answer.get("content-encoding")
    body = unpacked(answer)
    if body is None:
        return f"sent with Content-Encoding {coding[:20]}, which is wrong"
    if body.startswith(GZIP_MAGIC) and gunzipped(body) is not None:
        return "compressed twice" if coding else "sent as gzip without Content-Encoding"
    if not coding and file.expected and not is_as_built(file):
        plain = unbrotlied(body)
        if plain and hashlib.sha256(plain).hexdigest() == file.expected.sha256:
            return "sent as brotli without Content-Encoding"
    return ""
