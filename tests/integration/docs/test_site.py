"""The documentation site, built as CI builds it: strict, and with nothing that is loaded from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from site_pages.errors import classes
from site_pages.markdown import DOCS, ROOT, SITE, kebab

# What a browser fetches by itself; links that a reader follows are not among them.
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "use": "href"}
ABOUT = frozenset({"canonical", "next", "prev", "alternate"})


class Fetched(HTMLParser):
    """Collects the addresses that a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in FETCHED and values.get("rel") not in ABOUT:
            self.addresses.append(values.get(FETCHED[tag]) or "")


def build(config: Path, site: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(config), "-d", str(site)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    done = build(ROOT / "mkdocs.yml", folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_loads_files_of_the_site_only(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(classes())
    for page in pages:
        parser = Fetched()
        parser.feed(page.read_text(encoding="utf-8"))
        assert parser.addresses
        assert [address for address in parser.addresses if re.match(r"(?:https?:)?//", address)] == [], page


def test_no_style_sheet_loads_from_elsewhere(site: Path) -> None:
    for sheet in site.rglob("*.css"):
        assert not re.search(r"""(?:url\(|@import)\s*["']?(?:https?:)?//""", sheet.read_text(encoding="utf-8"))


def test_every_error_has_a_page_at_its_address(site: Path) -> None:
    for item in classes():
        text = (site / "errors" / kebab(item.__name__) / "index.html").read_text(encoding="utf-8")
        assert f'<link rel="canonical" href="{SITE}errors/{kebab(item.__name__)}/">' in text


def test_the_schemas_are_published_and_the_sources_of_the_pages_are_not(site: Path) -> None:
    assert (site / "schemas" / "recipe.json").is_file()
    assert (site / "schemas" / "lock.json").is_file()
    assert [path.name for path in site.rglob("*") if path.suffix in (".py", ".toml", ".md")] == []


def test_no_mark_of_a_generated_part_is_left(site: Path) -> None:
    assert [page for page in site.rglob("*.html") if "generated: " in page.read_text(encoding="utf-8")] == []


def test_each_link_that_leads_nowhere_ends_the_build(tmp_path: Path) -> None:
    """In strict mode each warning ends the build; one build tells of all of them."""
    docs, links = tmp_path / "docs", ("nowhere.md", "tutorial.md#nowhere", "/tutorial/")
    shutil.copytree(DOCS, docs, ignore=shutil.ignore_patterns("__pycache__"))
    with (docs / "index.md").open("a") as page:
        page.writelines(f"\n[x]({link})\n" for link in links)
    changed = {"INHERIT": str(ROOT / "mkdocs.yml"), "docs_dir": str(docs), "hooks": [str(DOCS / "hooks.py")]}
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump(changed))
    done = build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert done.returncode == 1
    warnings = [line for line in done.stderr.splitlines() if line.startswith("WARNING")]
    assert [sum(f"'{link}'" in line for line in warnings) for link in links] == [1, 1, 1], done.stderr
