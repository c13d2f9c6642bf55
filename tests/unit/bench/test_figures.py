"""The arithmetic of pairs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from visits.figures import FIGURES, Figure, compare, compare_all, spread, typical
from visits.pairs import Pair
from visits.visit import Visit

MakeVisit = Callable[..., Visit]


def figure(key: str) -> Figure:
    return next(each for each in FIGURES if each.key == key)


def test_the_ratio_is_the_median_of_ratios_pair_by_pair_and_not_the_ratio_of_medians(make_visit: MakeVisit) -> None:
    times = [(1.0, 2.0), (4.0, 4.0), (3.0, 10.0)]
    found = compare([Pair(make_visit(ours), make_visit(other)) for ours, other in times], figure("image"))
    assert found
    assert (found.ours.median, found.other.median) == (3.0, 4.0)
    assert found.ratio.median == 0.5
    assert (found.ratio.least, found.ratio.most) == (0.3, 1.0)


def test_a_still_is_compared_with_the_first_image_of_the_other(make_visit: MakeVisit) -> None:
    found = compare([Pair(make_visit(4.0, still=1.0), make_visit(5.0))], figure("still"))
    assert found
    assert found.ratio.median == 0.2


def test_a_figure_that_no_visit_has_is_left_out(make_visit: MakeVisit) -> None:
    pairs = [Pair(make_visit(4.0), make_visit(5.0))]
    assert compare(pairs, figure("still")) is None
    assert "still" not in {each.figure.key for each in compare_all(pairs)}


def test_quartiles_lie_within_the_values() -> None:
    found = spread([5.0, 1.0, 2.0, 4.0, 3.0])
    assert (found.least, found.lower, found.median, found.upper, found.most) == (1, 2, 3, 4, 5)


def test_a_single_value_has_no_spread() -> None:
    found = spread([7.0])
    assert found.least == found.median == found.most == 7.0


def test_the_typical_visit_is_the_one_nearest_to_the_median(make_visit: MakeVisit) -> None:
    visits = [make_visit(seconds) for seconds in (9.0, 1.0, 3.1, 2.9)]
    assert typical(visits).image in (2.9, 3.1)


def test_there_is_no_typical_visit_of_none() -> None:
    with pytest.raises(ValueError, match="no median"):
        typical([])
