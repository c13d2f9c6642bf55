"""The viewer of tests that need no special recipe: the default recipe's, with a small extension of a user."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.lock.resolve import resolve
from ohifbuild.workflow import build

MODULE = """
import { title } from './title.js';
export default { id: 'ward', preRegistration: () => { document.documentElement.dataset.ward = title; } };
"""


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
