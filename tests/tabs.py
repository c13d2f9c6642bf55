"""What tests need of a tab that only Playwright's tabs have."""

from __future__ import annotations

from playwright.sync_api import Page

from ohifbuild.verification import session, tab


def playwright_page(of: tab.Tab) -> Page:
    """Playwright's page of a tab of Chromium."""
    assert isinstance(of, session.Tab)
    return of.page
