"""Patients, studies, series and images of the dataset, as plain values.

``write.py`` writes them to files; ``verification/fixtures.py`` makes the fixtures of the scenarios from them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cached_property

from pydicom.uid import UID

from ohifbuild.verification.dataset.phantom import phantom
from ohifbuild.verification.dataset.pixel_format import PixelFormat
from ohifbuild.verification.pixels import Grey, Picture, windowed

NAMESPACE = uuid.UUID("6f2a2b0e-6d3b-5c53-9d5b-0d0f6f686966")


def uid(name: str) -> UID:
    """The UID that belongs to a name: always the same, under 2.25 (UUID-derived, DICOM PS3.5 B.2)."""
    return UID(f"2.25.{uuid.uuid5(NAMESPACE, name).int}")


@dataclass(frozen=True)
class Patient:
    """A patient. ``charset`` is the value of Specific Character Set that ``name`` is written in."""

    id: str
    name: str
    charset: tuple[str, ...] = ("ISO_IR 192",)
    birth_date: str = "19610417"
    sex: str = "O"


@dataclass(frozen=True)
class Series:
    """A series of ``images`` slices, or of one object with so many frames.

    Args:
        key: names the series within its study, and its files.
        kind: what its objects are: ``slices``, ``multiframe``, ``enhanced``, ``video``, ``pdf``, ``ecg``, ``seg``,
            ``rtstruct`` or ``sr``.
        pixels: how its images are stored; None for what is no image.
        images: how many slices or frames.
        size: rows and columns.
        syntax: Transfer Syntax UID.
        of: for objects about another series, that series' key.
    """

    study: str
    key: str
    number: int
    modality: str
    description: str
    kind: str = "slices"
    pixels: PixelFormat | None = None
    images: int = 1
    size: int = 256
    syntax: str = "1.2.840.10008.1.2.1"
    of: str = ""

    @property
    def uid(self) -> UID:
        """Series Instance UID."""
        return uid(f"{self.study}/{self.key}")

    @property
    def objects(self) -> int:
        """How many SOP instances there are."""
        return self.images if self.kind == "slices" else 1

    def instance_uid(self, number: int) -> UID:
        """SOP Instance UID of the ``number``-th object, from 1."""
        return uid(f"{self.study}/{self.key}/{number}")

    def stored(self, number: int) -> Grey:
        """The stored pixel values of the ``number``-th slice or frame, from 1, before any compression."""
        assert self.pixels is not None
        return self.pixels.stored(phantom(f"{self.study}/{self.key}/{number}", self.size))

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        """Every slice or frame as a viewer should show it."""
        return tuple(self._picture(number) for number in range(1, self.images + 1)) if self.pixels else ()

    def _picture(self, number: int) -> Picture:
        assert self.pixels is not None
        values = self.stored(number) * self.pixels.slope + self.pixels.intercept
        grey = windowed(values, self.pixels.centre, self.pixels.width, inverted=self.pixels.inverted)
        owner = number if self.kind == "slices" else 1
        name = f"{self.study}, {self.description}, {number}"
        return Picture(name, uid(self.study), self.uid, self.instance_uid(owner), grey)


@dataclass(frozen=True)
class Study:
    """A study; ``key`` names it, ``date`` is YYYYMMDD."""

    key: str
    patient: Patient
    description: str
    date: str
    series: tuple[Series, ...]

    @property
    def uid(self) -> UID:
        """Study Instance UID."""
        return uid(self.key)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every image of the study."""
        return tuple(picture for series in self.series for picture in series.pictures)

    def series_of(self, key: str) -> Series:
        """The series of that key."""
        return next(series for series in self.series if series.key == key)
