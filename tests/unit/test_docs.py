from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from ohifbuild.config.recipe import Recipe

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "extension-template" / "README.md"])
TOML = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEYS = {field.alias or name for name, field in Recipe.model_fields.items()}
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_to_another_page_leads_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text()) if "://" not in target]
    assert not [target for target in targets if not (page.parent / target).exists()]


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen:
            seen.add(page)
            links = [target for target in LINK.findall(page.read_text()) if "://" not in target]
            waiting += [(page.parent / target).resolve() for target in links if target.endswith(".md")]
    assert not [page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").rglob("*.md") if page not in seen]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_recipe_that_a_page_shows_is_valid(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for text in TOML.findall(page.read_text()):
        shown = tomllib.loads(text)
        if set(shown) <= KEYS:
            for folder in (*shown.get("extensions", ()), *shown.get("patches", ())):
                (here / folder).mkdir()
                (here / folder / "package.json").write_text("{}")
            Recipe.of(shown)
