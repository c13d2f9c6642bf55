"""Pixel formats: how grey values become stored values, and the window that reverses that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ohifbuild.verification.pixels import Grey


@dataclass(frozen=True)
class PixelFormat:
    """A pixel format. Grey values from 0 to 1 become ``low`` to ``high``; the window (after rescale) reverses that.

    Args:
        bits: Bits Stored; Bits Allocated is the next multiple of 8.
        low, high: stored values of black and of white.
        slope, intercept: modality rescale (DICOM PS3.3 C.11.1); ``rescaled`` says whether it is written at all.
        inverted: MONOCHROME1, where the lowest value is white.
        colour: three samples per pixel, all alike.
    """

    bits: int
    low: int
    high: int
    slope: float = 1.0
    intercept: float = 0.0
    rescaled: bool = False
    inverted: bool = False
    colour: bool = False

    @property
    def allocated(self) -> int:
        """Bits Allocated."""
        return 8 if self.bits <= 8 else 16

    @property
    def dtype(self) -> type[np.unsignedinteger]:
        """Of the stored values."""
        return np.uint8 if self.bits <= 8 else np.uint16

    @property
    def width(self) -> float:
        """Window Width after rescale."""
        return (self.high - self.low) * self.slope + 1

    @property
    def centre(self) -> float:
        """Window Center after rescale."""
        return (self.low + self.high) / 2 * self.slope + self.intercept + 0.5

    def stored(self, grey: Grey) -> Grey:
        """Stored values, whole numbers, of a picture from 0 to 1."""
        shown = 1 - grey if self.inverted else grey
        return np.asarray(np.rint(self.low + shown * (self.high - self.low)), dtype=np.float32)


HOUNSFIELD = PixelFormat(bits=12, low=864, high=1264, intercept=-1024.0, rescaled=True)
"""CT: 12 bits with the usual intercept; the window is -160 to 240 HU."""

MAGNETIC = PixelFormat(bits=12, low=0, high=1000)
BYTES = PixelFormat(bits=8, low=0, high=255)
XRAY = PixelFormat(bits=12, low=100, high=3900, inverted=True)
COLOUR = PixelFormat(bits=8, low=0, high=255, colour=True)
