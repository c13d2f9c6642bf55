"""The bounded form: the kept inputs, then some new ones, always the same."""

from __future__ import annotations

import sys
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.limits import limit_memory, time_limit
from fuzz.target import Check, Target, load

EXAMPLES = 200


def check_kept(target: Target, check: Check) -> None:
    """Gives a target its kept inputs.

    Raises:
        Exception: the first thing that was wrong.
    """
    for path in target.corpus:
        try:
            with time_limit():
                check(path.read_bytes())
        except BaseException as error:
            error.add_note(f"with the kept input {path.name}")
            raise


def check_bounded(name: str, examples: int = EXAMPLES) -> None:
    """Gives a target its kept inputs and ``examples`` new ones.

    Raises:
        Exception: the first thing that was wrong, with the smallest input that shows it.
    """
    target = load(name)
    with target.checker() as check:
        check_kept(target, check)

        @settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.randoms(use_true_random=False))
        def fresh(random: Random) -> None:
            data = target.generate(random)
            try:
                with time_limit():
                    check(data)
            except BaseException as error:
                error.add_note(f"with the input {data[:2000]!r}")
                raise

        fresh()


if __name__ == "__main__":
    limit_memory()
    check_bounded(sys.argv[1], *map(int, sys.argv[2:]))
