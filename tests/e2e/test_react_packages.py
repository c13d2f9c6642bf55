"""Ordinary OHIF packages, with React, in published releases: they use the viewer's own modules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.lock.resolve import resolve
from ohifbuild.testing import OhifViewer, ShareLink
from ohifbuild.testing.viewer import opened_browser, served_viewer
from ohifbuild.workflow import build

PACKAGES = Path(__file__).parents[1] / "data" / "extensions"
# React's developer tools are told of every renderer in a page: a second React has one of its own.
COUNT_RENDERERS = """
window.renderers = 0;
window.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
  supportsFiber: true, inject: () => ++window.renderers, onCommitFiberRoot() {}, onCommitFiberUnmount() {},
};
"""


@pytest.fixture(scope="module", params=["3.12.0", "3.13.2"])
def viewer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[OhifViewer, ShareLink]]:
    folder, cache = tmp_path_factory.mktemp("viewer"), default_cache()
    wanted = {
        "version": request.param,
        "from": "published",
        "output": folder / "dist",
        "extensions": [PACKAGES / "react-ward", PACKAGES / "react-ward-mode"],
        "verify": False,
    }
    dist = build(resolve(Recipe.of(wanted), cache=cache), cache=cache).path
    with served_viewer(dist, folder / "added") as served, opened_browser(served) as opened:
        yield opened, served.share_link


def test_a_panel_a_button_a_command_a_viewport_and_a_mode_work_with_the_viewers_own_react(
    viewer: tuple[OhifViewer, ShareLink],
) -> None:
    opened, share_link = viewer
    page = opened.open("about:blank")
    page.add_init_script(COUNT_RENDERERS)
    page.goto(share_link(route="ward"))
    count = page.locator("#ward-count")
    count.get_by_text("0 of 3 display sets").wait_for()
    page.locator("#ward-button").click()
    count.get_by_text("1 of 3 display sets").wait_for()
    page.locator("html[data-ward-effects='1']").wait_for(state="attached")
    page.locator("#ward-later").wait_for()
    page.locator("#ward-viewport").get_by_text("1 display sets in the ward's own viewport").wait_for()
    page.locator("[data-cy=WardGreet]").first.click()
    page.locator("html[data-ward='1']").wait_for(state="attached")
    page.locator("#ward-greet").click()
    page.locator("html[data-ward='2']").wait_for(state="attached")
    assert page.evaluate("getComputedStyle(document.querySelector('#ward-panel')).color") == "rgb(1, 2, 3)"
    assert page.evaluate("document.querySelector('#ward-logo').decode().then(() => true)")
    assert page.evaluate("wardHas") == {"cornerstone": "stack", "tools": "function", "default": "function"}
    assert page.evaluate("renderers") == 1
    assert page.evaluate("typeof wardReact.useState") == "function"
