"""A page whose script never ends does not keep verify from its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import BrowserFailed
from ohifbuild.verification.browser import find_browser
from ohifbuild.verification.evidence import Observation
from ohifbuild.verification.runner import run_scenarios
from ohifbuild.verification.scenario_context import ScenarioContext
from ohifbuild.verification.tab import Tab

LOOP = "() => void setTimeout(() => { while (true); })"


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(lambda tab: tab.until(lambda: tab.evaluate("() => false")), id="waiting"),
        pytest.param(lambda tab: tab.state(), id="the-state"),
    ],
)
def test_verify_ends_a_browser_whose_page_is_in_an_endless_loop(step: Callable[[Tab], object]) -> None:
    def journey(context: ScenarioContext) -> Iterator[Observation]:
        context.tab.evaluate(LOOP)
        step(context.tab)
        yield from ()

    reporter = SilentReporter()
    nothing = cast(Any, SimpleNamespace(pictures=(), base_url="http://127.0.0.1:9/", options={}, received=list))
    with pytest.raises(BrowserFailed, match="did not answer for 2 seconds") as caught:
        run_scenarios(
            nothing,
            find_browser(reporter),
            nothing,
            nothing,
            reporter,
            cast(Any, SimpleNamespace(advance=lambda: None)),
            journeys=(journey,),
            silence=2,
        )
    assert "endless loop" in caught.value.cause
