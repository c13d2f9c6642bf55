"""Which studies there are, of which patients, and what each of their images has to look like."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from pydicom.dataset import Dataset

from ohifbuild.verify.cast import Cast, Subject
from ohifbuild.verify.data.instances import (
    COMPRESSED,
    WINDOW_CENTRE,
    WINDOW_WIDTH,
    Patient,
    SeriesHead,
    StudyHead,
    ct_slice,
    multi_frame,
    pdf,
    segmentation,
)
from ohifbuild.verify.data.phantom import Pixels, phantom
from ohifbuild.verify.pixels import Picture, windowed

SLICES = 8
FRAMES = 4

# Two patients whose ids contain one another: a wildcard search for the first finds the second (OHIF up to 3.8.4).
FIRST = Patient("108506", "Doe^Jane")
OTHER = Patient("1085061", "Roe^Richard")
# PS3.5 H.3: Japanese, as a national archive would have it; and Greek and Arabic beside it in UTF-8.
ABROAD = Patient("Ω-日-7", "Yamada^Tarou=山田^太郎=やまだ^たろう")

MAIN = StudyHead("Chest", FIRST, "20240110")
PRIOR = StudyHead("Chest, the year before", FIRST, "20230110")
STRANGER = StudyHead("Chest of another patient", OTHER, "20240111")
PAIR = StudyHead("Follow-up", FIRST, "20240210")
PACKED = StudyHead("Compressed", FIRST, "20240301")
MIXED = StudyHead("Δοκιμή دراسة 検査", ABROAD, "20240401")


@dataclass(frozen=True)
class Grant:
    """What a token opens; an expired one opens nothing, and the archive says why."""

    studies: frozenset[str]
    expired: bool = False


@dataclass(frozen=True)
class Collection:
    """All instances, and the picture of each frame that an image on a canvas may show."""

    instances: tuple[Dataset, ...]
    pictures: tuple[Picture, ...]

    def series_of(self, study: StudyHead, modality: str = "CT") -> tuple[str, ...]:
        """The study's series of a modality, in the order of their numbers."""
        found = {
            int(ds.SeriesNumber): str(ds.SeriesInstanceUID)
            for ds in self.instances
            if study.uid == ds.StudyInstanceUID and modality == ds.Modality
        }
        return tuple(found[number] for number in sorted(found))


@cache
def collection() -> Collection:
    """The data set; made once for the process."""
    made = list(_everything())
    return Collection(tuple(ds for ds, _ in made), tuple(picture for _, pictures in made for picture in pictures))


def cast_of(data: Collection) -> tuple[Cast, dict[str, Grant]]:
    """The cast with fresh tokens, and what each token opens."""
    grants: dict[str, Grant] = {}
    labels: dict[str, str] = {}

    def token(label: str, *studies: StudyHead, expired: bool = False) -> str:
        value = secrets.token_urlsafe(24)
        grants[value] = Grant(frozenset(study.uid for study in studies), expired)
        labels[value] = label
        return value

    def subject(name: str, *studies: StudyHead) -> Subject:
        thumbnails = tuple(series for study in studies for series in data.series_of(study))
        return Subject(name, tuple(study.uid for study in studies), token(name, *studies), thumbnails)

    main = subject("the main study", MAIN)
    cast = Cast(
        main=main,
        pair=subject("two studies", MAIN, PAIR),
        others=(
            subject("JPEG, JPEG 2000, JPEG-LS and RLE", PACKED),
            subject("a name in Japanese, multi-frame, PDF and SEG beside CT", MIXED),
        ),
        expired=token("expired", MAIN, expired=True),
        foreign=token("another study", STRANGER),
        pictures=data.pictures,
        labels=labels,
    )
    return cast, grants


def _everything() -> Iterator[tuple[Dataset, list[Picture]]]:
    for study, count in ((MAIN, 2), (PRIOR, 1), (STRANGER, 1), (PAIR, 1)):
        for number in range(1, count + 1):
            yield from _ct_series(SeriesHead(study, number, f"Axial {number}"))
    for number, (name, syntax) in enumerate(COMPRESSED.items(), 1):
        series = SeriesHead(PACKED, number, name)
        for index in (1, 2):
            pixels = phantom(series.uid, index)
            ds = ct_slice(series, index, pixels, syntax)
            yield ds, [_picture(ds, pixels)]
    yield from _mixed()


def _ct_series(series: SeriesHead) -> Iterator[tuple[Dataset, list[Picture]]]:
    for index in range(1, SLICES + 1):
        pixels = phantom(series.uid, index)
        ds = ct_slice(series, index, pixels)
        yield ds, [_picture(ds, pixels)]


def _mixed() -> Iterator[tuple[Dataset, list[Picture]]]:
    slices = list(_ct_series(SeriesHead(MIXED, 1, "軸位断")))
    yield from slices
    frames = [phantom("frames", number) for number in range(1, FRAMES + 1)]
    ds = multi_frame(SeriesHead(MIXED, 2, "Frames", "OT"), frames)
    yield ds, [_picture(ds, frame) for frame in frames]
    yield pdf(SeriesHead(MIXED, 3, "Report", "DOC")), []
    yield segmentation(SeriesHead(MIXED, 4, "Square", "SEG"), [item for item, _ in slices]), []


def _picture(ds: Dataset, pixels: Pixels) -> Picture:
    return Picture(
        name=f"{ds.StudyDescription}, {ds.SeriesDescription}, image {ds.InstanceNumber}",
        study=str(ds.StudyInstanceUID),
        series=str(ds.SeriesInstanceUID),
        instance=str(ds.SOPInstanceUID),
        grey=windowed(np.asarray(pixels), WINDOW_CENTRE, WINDOW_WIDTH),
    )
