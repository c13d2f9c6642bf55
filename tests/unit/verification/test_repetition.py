"""Several runs are compared check by check."""

from __future__ import annotations

import dataclasses

from ohifbuild.verification.evidence import ClaimResult, Evidence
from ohifbuild.verification.repetition import unsteady


def run(evidence: Evidence, **held: bool) -> Evidence:
    results = tuple(ClaimResult("c", title, "open", holds, "") for title, holds in held.items())
    return dataclasses.replace(evidence, results=results)


def test_a_check_that_always_holds_or_always_fails_is_steady(evidence: Evidence) -> None:
    assert unsteady([run(evidence, a=True, b=False), run(evidence, a=True, b=False)]) == ()


def test_a_check_that_fails_now_and_then_is_named_with_its_count(evidence: Evidence) -> None:
    runs = [run(evidence, a=True), run(evidence, a=False), run(evidence, a=True)]
    assert unsteady(runs) == ("open: a (fails in 1 of 3)",)


def test_a_check_that_was_not_reached_counts_as_failed(evidence: Evidence) -> None:
    assert unsteady([run(evidence, a=True), run(evidence)]) == ("open: a (fails in 1 of 2)",)
