"""Recognises which image of a dataset is on a canvas.

The viewer scales an image to fit its viewport, centred, over a flat background. For every image of the dataset, the
area where it would be is cut out of the canvas, both are resampled to a small grid, and their normalised
cross-correlation is computed: 1 for the same picture whatever its brightness and contrast, about 0 for an unrelated
one. The right image must not only match well, but better than every other image.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ohifbuild.verification.evidence import ImageMatch

Grey = NDArray[np.float32]

GRID = 64
"""Both pictures are compared on a grid of this many cells each way."""

GOOD = 0.97
"""The lowest correlation at which a canvas shows the image. Rescaling and 8-bit rounding cost less than 0.02."""

TWINS = 0.995
"""Images with this correlation (the same slice stored twice) cannot be distinguished."""

FLAT = 1.5 / 255
"""A canvas whose grey values have a smaller standard deviation shows nothing."""

ZOOMS = (1.0, 1 / 1.1)
"""Stack viewports fill their canvas; volume viewports leave a margin of a tenth (vtk's resetCamera)."""


@dataclass(frozen=True)
class Picture:
    """An image of the dataset as it should look: ``grey`` is float, 0 black to 1 white, rows by columns.

    ``row_mm`` and ``column_mm`` are the distances between the centres of rows and of columns; only their ratio counts.
    """

    name: str
    study: str
    series: str
    instance: str
    grey: Grey
    row_mm: float = 1.0
    column_mm: float = 1.0

    @property
    def extent(self) -> tuple[float, float]:
        """Height and width, in millimetres if the distances are."""
        rows, columns = self.grey.shape
        return rows * self.row_mm, columns * self.column_mm


def windowed(values: NDArray[np.generic], centre: float, width: float, *, inverted: bool = False) -> Grey:
    """Stored values (after rescale) through a linear VOI window, 0 to 1; ``inverted`` for MONOCHROME1.

    DICOM PS3.3 C.11.2.1.2.
    """
    low = centre - 0.5 - (width - 1) / 2
    shown = np.clip((values.astype(np.float32) - low) / max(width - 1, 1e-6), 0, 1)
    return np.asarray(1 - shown if inverted else shown, dtype=np.float32)


def luminance(rgb: NDArray[np.generic]) -> Grey:
    """Rows by columns by 3 or 4 values, 0 to 255, as grey values 0 to 1 (Rec. 601)."""
    weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return np.asarray(rgb[..., :3].astype(np.float32) @ weights / 255, dtype=np.float32)


def from_data_url(url: str) -> Grey:
    """A ``data:image/…;base64,`` URL as grey values; transparent is black."""
    image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGBA")
    black = Image.new("RGBA", image.size, (0, 0, 0, 255))
    return luminance(np.asarray(Image.alpha_composite(black, image)))


def is_flat(canvas: Grey) -> bool:
    """Whether nothing can be seen on the canvas."""
    return bool(canvas.size == 0 or float(canvas.std()) < FLAT)


def similarity(one: Grey, other: Grey) -> float:
    """Normalised cross-correlation of two pictures of the same shape, -1 to 1; 0 where one is flat."""
    return float((_standardised(one) * _standardised(other)).sum())


def on_grid(grey: Grey, box: tuple[float, float, float, float] | None = None) -> Grey:
    """The part ``box`` (left, top, right, bottom; default all) resampled to GRID by GRID cells."""
    image = Image.fromarray(grey.astype(np.float32), mode=None)
    return np.asarray(image.resize((GRID, GRID), Image.Resampling.BILINEAR, box=box), dtype=np.float32)


class PictureIndex:
    """Every image of the dataset, ready to be compared with what a canvas shows."""

    def __init__(self, pictures: Sequence[Picture]) -> None:
        self._pictures = tuple(pictures)
        cells = np.array([_standardised(on_grid(picture.grey)) for picture in pictures], dtype=np.float32)
        self._cells = cells.reshape(len(self._pictures), GRID * GRID)
        # Images of one shape are at one place on the canvas, so it is cut out once for all of them.
        self._by_shape: dict[tuple[float, float], list[int]] = {}
        for number, picture in enumerate(self._pictures):
            self._by_shape.setdefault(picture.extent, []).append(number)

    def recognise(self, canvas: Grey, where: str, labelled: str = "", *, negatives: bool = False) -> ImageMatch:
        """The image that the canvas shows best, and the best different one; copies do not count as different.

        Args:
            canvas: grey values.
            where: the name of the canvas in the result.
            labelled: the SOP Instance UID that the viewer names, for comparison.
            negatives: whether inverted images are recognised too.
        """
        if is_flat(canvas) or not self._pictures:
            return ImageMatch(where=where, blank=is_flat(canvas), labelled=labelled)
        scores = self._agreement(canvas, negatives)
        best = int(np.argmax(scores))
        alike = self._cells @ self._cells[best] > TWINS
        alike[best] = True
        others = np.where(alike, -1.0, scores)
        rival = int(np.argmax(others))
        same = [self._pictures[best], *(self._pictures[n] for n in np.flatnonzero(alike) if n != best)]
        return ImageMatch(
            where=where,
            blank=False,
            name=self._pictures[best].name,
            score=float(scores[best]),
            rival="" if alike.all() else self._pictures[rival].name,
            rival_score=0.0 if alike.all() else float(others[rival]),
            studies=tuple(dict.fromkeys(p.study for p in same)),
            series=tuple(dict.fromkeys(p.series for p in same)),
            instances=tuple(dict.fromkeys(p.instance for p in same)),
            labelled=labelled,
        )

    def _agreement(self, canvas: Grey, negatives: bool) -> Grey:
        """How well the canvas shows each image, -1 to 1, at the better of the usual zooms."""
        scores = np.full(len(self._pictures), -1.0, dtype=np.float32)
        for extent, numbers in self._by_shape.items():
            for zoom in ZOOMS:
                part = _standardised(on_grid(canvas, placement(extent, canvas, zoom)))
                found = self._cells[numbers] @ part.ravel()
                scores[numbers] = np.maximum(scores[numbers], np.abs(found) if negatives else found)
        return scores


def placement(extent: tuple[float, float], canvas: Grey, zoom: float) -> tuple[float, float, float, float]:
    """Where on the canvas an image of that height and width is when fitted and centred: left, top, right, bottom."""
    height, width = canvas.shape
    tall, wide = extent
    scale = min(height / tall, width / wide) * zoom
    half_h, half_w = tall * scale / 2, wide * scale / 2
    return (
        max(0.0, width / 2 - half_w),
        max(0.0, height / 2 - half_h),
        min(float(width), width / 2 + half_w),
        min(float(height), height / 2 + half_h),
    )


def shows(match: ImageMatch) -> bool:
    """Whether a match is good enough, better than that of any other image, and for the image that the viewer names."""
    rightly_named = not match.labelled or match.labelled in match.instances
    return not match.blank and match.score >= GOOD and match.score > match.rival_score and rightly_named


def _standardised(cells: Grey) -> Grey:
    """Without mean and of length one, so that a scalar product is a correlation; zero where flat."""
    centred = cells - cells.mean()
    length = float(np.sqrt((centred * centred).sum()))
    return np.asarray(centred / length if length > 1e-6 else centred * 0, dtype=np.float32)
