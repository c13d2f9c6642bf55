"""What axe-core finds wrong in a page, by WCAG 2.2 AA."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "extension-template" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async ([where, rules]) => (await axe.run(where, { runOnly: rules })).violations
  .map(found => `${found.id}: ${found.nodes.map(node => node.html).join(' ')}`)"""


def violations(page: Page, *where: str) -> list[str]:
    """What axe finds wrong with the elements of these selectors."""
    if not AXE.is_file():
        pytest.skip("axe-core is missing. Install it: cd extension-template && npm ci")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN, [{"include": list(where)}, RULES])
    return found
