"""Missing exports that the recipe accepts are said at every build."""

from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.config.recipe import Recipe, load_recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import RecipeError
from ohifbuild.packages.accepted_names import AcceptedName, advice, load, save, warn

MODAL = AcceptedName("@clinic/ward", "src/index.tsx:3", "@ohif/ui useModal")


class Warnings(SilentReporter):
    def __init__(self) -> None:
        self.said: list[str] = []

    def warn(self, text: str) -> None:
        self.said.append(text)


def test_each_name_is_said_with_its_place_and_each_needless_entry_is_named() -> None:
    reporter = Warnings()
    warn([MODAL], ["@ohif/ui useModal", "@ohif/core Gone"], reporter)
    needed, needless = reporter.said
    assert needed.startswith("@clinic/ward imports useModal from @ohif/ui, which has no such export (src/index.tsx:3).")
    assert needless.startswith("The entry '@ohif/core Gone' of allow_missing is not needed")


def test_names_are_kept_each_once(tmp_path: Path) -> None:
    save([MODAL, MODAL], tmp_path / "names.json")
    assert load(tmp_path / "names.json") == (MODAL,)


def test_the_advice_is_a_line_that_the_recipe_reads(tmp_path: Path) -> None:
    line = advice(["@ohif/ui useModal"], ["./parts $x"]).partition("recipe: ")[2]
    (tmp_path / "ohifbuild.toml").write_text(line)
    recipe = load_recipe(tmp_path / "ohifbuild.toml", {})
    assert recipe.allow_missing == ("./parts $x", "@ohif/ui useModal")
    assert advice([], ["@ohif/ui useModal"]) == ""


@pytest.mark.parametrize("value", ["useModal", "@ohif/ui", "@ohif/ui use-modal", "@ohif/ui a b", " a", ""])
def test_an_entry_that_is_no_module_and_name_is_refused(value: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(None, {"allow_missing": [value]})
    assert "expected a module and the name of an export" in caught.value.details


def test_a_recipe_accepts_nothing_by_itself() -> None:
    assert Recipe.of({}).allow_missing == ()
