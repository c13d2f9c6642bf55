"""What axe-core finds wrong in a page, by WCAG 2.2 AA."""

from __future__ import annotations

from playwright.sync_api import Page

from system import npm_file

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async ([where, rules]) => (await axe.run(where, { runOnly: rules })).violations
  .map(found => `${found.id}: ${found.nodes.map(node => node.html).join(' ')}`)"""


def violations(page: Page, *where: str) -> list[str]:
    """What axe finds wrong with the elements of these selectors."""
    page.evaluate(npm_file("axe-core/axe.min.js").read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN, [{"include": list(where)}, RULES])
    return found
