"""Decodes lossless JPEG: process 14, selection value 1 (ITU-T T.81 annex H), one component, no restart intervals.

The dataset has no other. Written here because the packages that decode it are under the GPL (pylibjpeg-libjpeg) or
forty times the size of what they are needed for (python-gdcm, imagecodecs).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOSSLESS, HUFFMAN_TABLE, START_OF_SCAN, END_OF_IMAGE = 0xC3, 0xC4, 0xDA, 0xD9
LEFT_NEIGHBOUR = 1
LONGEST_CODE = 16
WHOLE_RANGE = 16
"""The size of the difference 32768, which has no bits of its own."""


@dataclass(frozen=True)
class _Frame:
    bits: int
    rows: int
    columns: int


def decode_lossless_jpeg(stream: bytes) -> NDArray[np.uint16]:
    """The samples of a stream (rows by columns).

    Raises:
        ValueError: it is damaged, or is coded in another way than the module's docstring says.
    """
    frame: _Frame | None = None
    codes: dict[str, int] = {}
    for marker, payload, end in _segments(stream):
        if marker == LOSSLESS:
            bits, rows, columns, components = struct.unpack(">BHHB", payload[:6])
            if components != 1:
                raise ValueError(f"{components} components instead of one")
            frame = _Frame(bits, rows, columns)
        elif marker == HUFFMAN_TABLE:
            codes = _huffman_codes(payload)
        elif marker == START_OF_SCAN and frame:
            selection, transform = payload[3], payload[5] & 15
            if (selection, transform) != (LEFT_NEIGHBOUR, 0):
                raise ValueError(f"selection value {selection}, point transform {transform}")
            return _samples(frame, _differences(stream[end:], codes, frame.rows * frame.columns))
    raise ValueError("no lossless scan")


def _segments(stream: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Marker, payload and end of each segment up to the first scan (B.1.1.4)."""
    position = 2
    while position + 4 <= len(stream):
        marker, length = struct.unpack(">xBH", stream[position : position + 4])
        end = position + 2 + length
        yield marker, stream[position + 4 : end], end
        position = end


def _huffman_codes(payload: bytes) -> dict[str, int]:
    """What each code, written in 0 and 1, stands for (C.2); the scan's only component uses the only table."""
    codes: dict[str, int] = {}
    symbols, code = iter(payload[17:]), 0
    for length, count in enumerate(payload[1 : LONGEST_CODE + 1], 1):
        for _ in range(count):
            codes[f"{code:0{length}b}"] = next(symbols)
            code += 1
        code <<= 1
    return codes


def _differences(scan: bytes, codes: dict[str, int], count: int) -> Iterator[int]:
    """The coded differences: of each its size by a Huffman code, then its bits (H.1.2.2)."""
    data = scan[: scan.rindex(bytes([0xFF, END_OF_IMAGE]))].replace(b"\xff\x00", b"\xff")
    text = f"{int.from_bytes(data, 'big'):0{len(data) * 8}b}"
    end = 0
    for _ in range(count):
        start, end = end, end + 1
        while text[start:end] not in codes:
            end += 1
            if end - start > LONGEST_CODE:
                raise ValueError("a Huffman code that the table lacks")
        size = codes[text[start:end]]
        if size == WHOLE_RANGE:
            yield 1 << 15
        elif size == 0:
            yield 0
        else:
            value = int(text[end : end + size], 2)
            end += size
            yield value if value >> (size - 1) else value - (1 << size) + 1


def _samples(frame: _Frame, differences: Iterator[int]) -> NDArray[np.uint16]:
    """Each sample is its prediction plus its difference, modulo 2**16 (H.1.2.1)."""
    flat = np.fromiter(differences, dtype=np.int64, count=frame.rows * frame.columns)
    table = flat.reshape(frame.rows, frame.columns)
    table[0, 0] += 1 << (frame.bits - 1)
    table[:, 0] = np.cumsum(table[:, 0])
    return np.cumsum(table, axis=1).astype(np.uint16)
