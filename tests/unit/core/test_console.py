from __future__ import annotations

import io

import pytest
from rich.console import Console

from ohifbuild.core.console import show_error
from ohifbuild.core.errors import NotInCache, OhifbuildError


def shown(error: OhifbuildError) -> list[str]:
    text = io.StringIO()
    show_error(error, Console(file=text, width=60, soft_wrap=True))
    return text.getvalue().splitlines()


def test_an_error_shows_its_parts_in_order_and_its_documentation_last() -> None:
    error = NotInCache("It is missing.", cause="It was pruned.", fix="Run: x", details="  a\n  b")
    assert shown(error) == [
        "Error: It is missing.",
        "  a",
        "  b",
        "Likely cause: It was pruned.",
        "What to do: Run: x",
        "Documentation: https://ohifbuild.github.io/ohifbuild/errors/not-in-cache/",
    ]


@pytest.mark.parametrize("width", [20, 60])
def test_the_url_stays_on_one_line_in_a_narrow_terminal(width: int) -> None:
    text = io.StringIO()
    show_error(NotInCache("It is missing."), Console(file=text, width=width))
    assert f"Documentation: {NotInCache.documentation}" in text.getvalue().splitlines()
