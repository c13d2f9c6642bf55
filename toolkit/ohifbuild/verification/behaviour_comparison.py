"""Compares the behaviour of two dists: the requests that reach the archive, and the images on the screen.

This is for the two origins of a release: a viewer that was built from source, with all patches, must behave like the
published one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ohifbuild.verification.evidence import ClaimResult, Observation

REQUESTS, PIXELS = "alike-requests", "alike-pixels"
SHOWN = 10

Asked = Counter[tuple[str, str, str, str]]


def compare_behaviour(ours: Sequence[Observation], theirs: Sequence[Observation]) -> tuple[ClaimResult, ...]:
    """Two results for each scenario that was run with both dists; a scenario of only one is a failure."""
    other = {seen.scenario: seen for seen in theirs}
    results: list[ClaimResult] = []
    for seen in ours:
        twin = other.pop(seen.scenario, None)
        results += _missing(seen) if twin is None else (_requests(seen, twin), _pixels(seen, twin))
    for seen in other.values():
        results += _missing(seen)
    return tuple(results)


def _requests(seen: Observation, twin: Observation) -> ClaimResult:
    here, there = _asked(seen), _asked(twin)
    only = [
        *(f"only here: {' '.join(item)}" for item in here - there),
        *(f"only there: {' '.join(item)}" for item in there - here),
    ]
    detail = f"{here.total()} requests each." if not only else f"{len(only)} requests differ."
    return ClaimResult(
        REQUESTS, "The same requests reach the archive", seen.scenario, not only, detail, tuple(only[:SHOWN])
    )


def _asked(seen: Observation) -> Asked:
    return Counter((item.method, item.path, item.query, item.decision) for item in seen.received)


def _pixels(seen: Observation, twin: Observation) -> ClaimResult:
    here, there = _shown(seen), _shown(twin)
    same = here == there
    detail = f"{len(here)} pictures each." if same else f"Here {here}; there {there}."
    return ClaimResult(PIXELS, "The same images are on the screen", seen.scenario, same, detail)


def _shown(seen: Observation) -> list[tuple[str, str]]:
    pictures = [*seen.viewports, *seen.thumbnails]
    return [(item.where, "" if item.blank else item.name) for item in pictures]


def _missing(seen: Observation) -> tuple[ClaimResult, ...]:
    detail = "This scenario was run with only one of the two dists."
    return (ClaimResult(REQUESTS, "The same requests reach the archive", seen.scenario, False, detail),)
