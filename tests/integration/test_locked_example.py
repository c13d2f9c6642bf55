"""The digest that the README prints for the locked example is what anybody gets."""

from __future__ import annotations

import re
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import load_recipe
from ohifbuild.lock.lock_file import lock_path, read_lock, require_same
from ohifbuild.lock.resolve import resolve
from ohifbuild.workflow import build

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "examples" / "shared-study" / "ohifbuild.toml"


def test_the_locked_example_has_the_digest_that_the_readme_prints(tmp_path: Path) -> None:
    (printed,) = re.findall(r"sha256:[0-9a-f]{64}", (ROOT / "README.md").read_text())
    recipe = load_recipe(RECIPE, {"output": tmp_path / "dist", "verify": False})
    cache, locked = Cache(tmp_path / "cache"), read_lock(lock_path(RECIPE))
    resolution = resolve(recipe, locked=locked, cache=cache)
    require_same(locked, resolution.lock, lock_path(RECIPE))
    assert build(resolution, cache=cache).manifest.digest == printed
