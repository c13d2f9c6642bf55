"""Drawn images that differ visibly from one another, so that a canvas tells which of them it shows."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

AIR, TISSUE, ORGAN, BONE = -1000, 40, 120, 400
SIZE = 256
CODE_BITS = 16

Pixels = NDArray[np.int16]


def phantom(name: str, number: int, size: int = SIZE) -> Pixels:
    """A body's cross-section in Hounsfield units, ``size`` by ``size``; no two names and numbers look alike.

    Each has an outline, an organ that moves with the number, and a row of bright and dark blocks that spells a hash of
    both.
    """
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32) / size
    code = hashlib.sha256(f"{name}/{number}".encode()).digest()
    image = np.full((size, size), AIR, dtype=np.int16)
    wide, high = 0.36 + code[0] / 255 * 0.08, 0.30 + code[1] / 255 * 0.10
    image[_ellipse(rows, columns, 0.5, 0.5, high, wide)] = TISSUE
    image[_ellipse(rows, columns, 0.36 + code[2] / 255 * 0.1, 0.3 + 0.02 * number, 0.10, 0.08)] = ORGAN
    image[_ellipse(rows, columns, 0.45, 0.55 + code[3] / 255 * 0.1, 0.05 + code[4] / 255 * 0.06, 0.09)] = AIR
    image[_ellipse(rows, columns, 0.72, 0.5, 0.05, 0.05)] = BONE
    for bit in range(CODE_BITS):
        row, column = divmod(bit, CODE_BITS // 2)
        top, left = 0.52 + 0.08 * row, 0.26 + 0.06 * column
        block = (rows >= top) & (rows < top + 0.07) & (columns >= left) & (columns < left + 0.05)
        image[block] = BONE if code[5 + bit // 8] >> (bit % 8) & 1 else AIR
    return image


def _ellipse(
    rows: NDArray[np.float32], columns: NDArray[np.float32], top: float, left: float, high: float, wide: float
) -> NDArray[np.bool_]:
    return np.asarray(((rows - top) / high) ** 2 + ((columns - left) / wide) ** 2 <= 1)
