"""What several runs of verify say together."""

from __future__ import annotations

from collections.abc import Sequence

from ohifbuild.verification.evidence import Evidence


def unsteady(runs: Sequence[Evidence]) -> tuple[str, ...]:
    """The checks that hold in some of the runs and fail in others, as ``SCENARIO: TITLE (fails in N of M)``.

    A check that is not in a run, because its scenario was not reached, counts as failed there.
    """
    held: dict[tuple[str, str], int] = {}
    for run in runs:
        for result in run.results:
            key = (result.scenario, result.title)
            held[key] = held.get(key, 0) + result.holds
    return tuple(
        f"{scenario}: {title} (fails in {len(runs) - count} of {len(runs)})"
        for (scenario, title), count in held.items()
        if 0 < count < len(runs)
    )
