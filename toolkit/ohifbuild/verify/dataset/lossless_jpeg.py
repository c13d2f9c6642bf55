"""Encodes lossless JPEG: process 14, selection value 1 (ITU-T T.81 annex H), one component, no restart intervals.

Each sample is predicted by its left neighbour (the first of a row by the one above, the first of all by half the range);
what is coded is the difference: its size class by a fixed Huffman code, then its bits.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

CLASSES = 17
"""Differences have 0 to 16 bits."""

CODE_LENGTH = 5
"""All classes get codes of this length; shorter for the small ones would be smaller and no simpler."""


def lossless_jpeg(frame: NDArray[np.unsignedinteger], bits: int) -> bytes:
    """A JPEG stream of the frame (rows by columns), whose samples have ``bits`` bits (2 to 16)."""
    rows, columns = frame.shape
    start_of_frame = struct.pack(">BHHBBBB", bits, rows, columns, 1, 1, 0x11, 0)
    counts = bytes(CLASSES if length == CODE_LENGTH else 0 for length in range(1, 17))
    huffman_table = b"\x00" + counts + bytes(range(CLASSES))
    start_of_scan = bytes([1, 1, 0x00, 1, 0, 0])
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xC3, start_of_frame),
            _segment(0xC4, huffman_table),
            _segment(0xDA, start_of_scan),
            _stuffed(_scan(_differences(frame, bits))),
            b"\xff\xd9",
        )
    )


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def _differences(frame: NDArray[np.unsignedinteger], bits: int) -> list[int]:
    samples = frame.astype(np.int32)
    predicted = np.empty_like(samples)
    predicted[:, 1:] = samples[:, :-1]
    predicted[1:, 0] = samples[:-1, 0]
    predicted[0, 0] = 1 << (bits - 1)
    # Modulo 2**16, from -32767 to 32768 (H.1.2.1).
    wrapped = (samples - predicted + 32767) % 65536 - 32767
    return [int(difference) for difference in wrapped.ravel()]


def _scan(differences: list[int]) -> bytes:
    text: list[str] = []
    for difference in differences:
        size = abs(difference).bit_length()
        text.append(f"{size:0{CODE_LENGTH}b}")
        if 0 < size < 16:
            value = difference if difference > 0 else difference + (1 << size) - 1
            text.append(f"{value:0{size}b}")
    joined = "".join(text)
    joined += "1" * (-len(joined) % 8)
    return int(joined, 2).to_bytes(len(joined) // 8, "big")


def _stuffed(scan: bytes) -> bytes:
    return scan.replace(b"\xff", b"\xff\x00")
