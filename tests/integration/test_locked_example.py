"""The digest that the README prints for the locked example is what anybody gets."""

from __future__ import annotations

import re
from pathlib import Path

from ohifbuild.build import build
from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import load_recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.lock.resolve import LockBook, lock_path

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "examples" / "shared-study" / "ohifbuild.toml"


def test_the_locked_example_has_the_digest_that_the_readme_prints(tmp_path: Path) -> None:
    (printed,) = re.findall(r"sha256:[0-9a-f]{64}", (ROOT / "README.md").read_text())
    recipe = load_recipe(RECIPE, {"output": tmp_path / "dist", "verify": False})
    book = LockBook(lock_path(RECIPE), strict=True)
    built = build(recipe, cache=Cache(tmp_path / "cache"), offline=False, reporter=SilentReporter(), book=book)
    assert built.manifest.digest == printed
