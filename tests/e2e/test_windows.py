"""What a window of the browser holds."""

from __future__ import annotations

from playwright.sync_api import Browser

from faulty_archive import window


def test_a_window_loads_no_page_of_the_browsers_own(browser: Browser) -> None:
    """Chromium 156 loads two pages of its address bar into each window, also if nobody sees the window."""
    with window(browser) as context:
        context.new_page().goto("data:text/html,ours")
        devtools = browser.new_browser_cdp_session()
        targets = devtools.send("Target.getTargets", {"filter": [{}]})["targetInfos"]
        devtools.detach()
    assert {target["url"] for target in targets} == {"data:text/html,ours"}
