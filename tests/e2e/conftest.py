"""What several browser tests use: a browser, a tab, and the default viewer with a small extension of a user."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from faulty_archive import window
from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.lock.resolve import resolve
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.workflow import build

MODULE = """
import { title } from './title.js';
export default { id: 'ward', preRegistration: () => { document.documentElement.dataset.ward = title; } };
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a file."""
    reporter = SilentReporter()
    with started(find_browser(reporter), reporter) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of a new window."""
    with window(browser) as context:
        yield context.new_page()


@pytest.fixture(scope="session")
def ohif_dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The viewer for the fixtures of ohifbuild's own plugin."""
    folder, cache = tmp_path_factory.mktemp("viewer"), default_cache()
    package = folder / "ward"
    package.mkdir()
    (package / "package.json").write_text(json.dumps({"name": "ward", "ohifbuild": {"extension": "./index.js"}}))
    (package / "index.js").write_text(MODULE)
    (package / "title.js").write_text("export const title = 'radiology';")
    recipe = Recipe.of({"from": "published", "output": folder / "dist", "extensions": [package], "verify": False})
    return build(resolve(recipe, cache=cache), cache=cache).path
