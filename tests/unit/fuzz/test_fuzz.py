"""Every kept input, for the parts that need nothing but Python."""

from __future__ import annotations

import pytest

from fuzz.bounded import check_kept
from fuzz.target import IN_PROCESS, NAMES, ROOT, load


@pytest.mark.parametrize("name", IN_PROCESS)
def test_hostile_input_that_was_kept_gets_an_answer_or_an_error_of_ours(name: str) -> None:
    target = load(name)
    with target.checker() as check:
        check_kept(target, check)


def test_each_target_has_a_module_and_kept_inputs() -> None:
    modules = {path.stem for path in (ROOT / "tests" / "fuzz" / "targets").glob("[!_]*.py")}
    corpora = {path.name for path in (ROOT / "tests" / "fuzz" / "corpus").iterdir() if any(path.iterdir())}
    assert set(NAMES) == modules == corpora
