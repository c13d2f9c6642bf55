"""The dataset's pictures: a body with organs, each picture unlike all others in a way that survives scaling.

Sixteen blocks carry sixteen bits of the picture's name, so that two pictures differ in about half of their blocks;
position and size of the organs come from the same digest. A comparison by correlation, even at 64 by 64 cells and after
lossy compression, can therefore tell which slice of which series it sees.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from ohifbuild.verification.pixels import Grey

BLOCKS = 4
"""Blocks each way."""


def phantom(name: str, size: int) -> Grey:
    """The picture of that name, ``size`` by ``size``, 0 black to 1 white. The same name gives the same picture."""
    digest = hashlib.sha256(name.encode()).digest()
    y, x = (np.mgrid[0:size, 0:size] + 0.5) / size * 2 - 1
    picture = np.where(_ellipse(x, y, 0, 0, 0.92, 0.80), 0.35, 0.0)
    picture[_ellipse(x, y, 0, 0, 0.92, 0.80) & ~_ellipse(x, y, 0, 0, 0.86, 0.74)] = 0.75
    for number in range(3):
        values = [byte / 255 for byte in digest[4 + 4 * number : 8 + 4 * number]]
        centre_x, centre_y = values[0] * 1.2 - 0.6, values[1] * 1.0 - 0.5
        organ = _ellipse(x, y, centre_x, centre_y, 0.1 + values[2] * 0.15, 0.1 + values[3] * 0.15)
        picture[organ] = (0.15, 0.55, 0.65)[number]
    for number in range(BLOCKS * BLOCKS):
        row, column = divmod(number, BLOCKS)
        bit = digest[number // 8] >> number % 8 & 1
        picture[_square(x, y, (column - 1.5) * 0.24, (row - 1.5) * 0.24, 0.09)] = 1.0 if bit else 0.0
    # What is up and what is left shows too: a mark outside of the body, in the corner of the first pixel.
    picture[_square(x, y, -0.86, -0.86, 0.07)] = 1.0
    return np.asarray(picture, dtype=np.float32)


Mask = NDArray[np.bool_]
Plane = NDArray[np.floating]


def _ellipse(x: Plane, y: Plane, cx: float, cy: float, rx: float, ry: float) -> Mask:
    return np.asarray(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1)


def _square(x: Plane, y: Plane, cx: float, cy: float, half: float) -> Mask:
    return np.asarray((abs(x - cx) <= half) & (abs(y - cy) <= half))
