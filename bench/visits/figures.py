"""The arithmetic of pairs: medians, quartiles, and the medians of ratios pair by pair."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visits.pairs import Pair
from visits.visit import Visit

MEGA = 1e6


@dataclass(frozen=True)
class Figure:
    """Something that is compared.

    Args:
        key: its name in the JSON file.
        title: its name in tables.
        unit: the unit of the values.
        digits: how many digits after the point are shown.
        ours: reads it from a visit of our viewer; None if the visit has none.
        other: reads what it is compared with from a visit of the other viewer.
    """

    key: str
    title: str
    unit: str
    digits: int
    ours: Callable[[Visit], float | None]
    other: Callable[[Visit], float | None]


def _same(key: str, title: str, unit: str, digits: int, read: Callable[[Visit], float | None]) -> Figure:
    return Figure(key, title, unit, digits, read, read)


FIGURES = (
    Figure("still", "first still, against the other's first image", "s", 2, lambda v: v.still, lambda v: v.image),
    _same("image", "first image", "s", 2, lambda v: v.image),
    _same("archive", "first request to the archive", "s", 2, lambda v: v.archive),
    _same("static_bytes", "static bytes until the first image", "MB", 2, lambda v: v.static_bytes / MEGA),
    _same("static_files", "static files until the first image", "", 0, lambda v: v.static_files),
    _same("requests", "DICOMweb requests in all", "", 0, lambda v: v.requests),
    _same("main_thread", "main thread busy until the first image", "s", 2, lambda v: v.main_thread),
    _same("script", "of that, scripts", "s", 2, lambda v: v.script),
    _same("processor", "processor time of the page until the first image", "s", 2, lambda v: v.processor),
    _same("heap", "JavaScript heap after the visit", "MB", 1, lambda v: v.heap / MEGA),
)


@dataclass(frozen=True)
class Spread:
    """A median with its quartiles and extremes."""

    least: float
    lower: float
    median: float
    upper: float
    most: float


def spread(values: Sequence[float]) -> Spread:
    """The spread of at least one value. Quartiles are interpolated within the values."""
    if len(values) == 1:
        return Spread(*[values[0]] * 5)
    lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(min(values), lower, median, upper, max(values))


@dataclass(frozen=True)
class Comparison:
    """One figure of all pairs: both viewers, and ours divided by the other's, pair by pair."""

    figure: Figure
    ours: Spread
    other: Spread
    ratio: Spread


def compare(pairs: Sequence[Pair], figure: Figure) -> Comparison | None:
    """The comparison of the pairs that have the figure on both sides; None if none has."""
    read = [(figure.ours(pair.ours), figure.other(pair.other)) for pair in pairs]
    both = [(mine, theirs) for mine, theirs in read if mine is not None and theirs]
    if not both:
        return None
    return Comparison(
        figure,
        spread([mine for mine, _ in both]),
        spread([theirs for _, theirs in both]),
        spread([mine / theirs for mine, theirs in both]),
    )


def compare_all(pairs: Sequence[Pair]) -> tuple[Comparison, ...]:
    """The comparisons of all figures that the pairs have."""
    found = (compare(pairs, figure) for figure in FIGURES)
    return tuple(each for each in found if each)


def typical(visits: Sequence[Visit]) -> Visit:
    """The visit whose time to the first image is nearest to the median: the one for a picture."""
    middle = statistics.median(each.image for each in visits)
    return min(visits, key=lambda each: abs(each.image - middle))
