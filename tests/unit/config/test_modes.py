"""The table ``[modes]`` of a recipe."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ohifbuild.config.recipe import Recipe
from ohifbuild.viewer.app_config import app_config, read_app_config


def test_the_page_gets_the_routes_and_a_recipe_without_them_says_nothing() -> None:
    recipe = Recipe.of({"modes": {"on": ["clinic", "tmtv"], "hide": ["tmtv"]}})
    assert read_app_config(app_config(recipe, [], []))["ohifbuildModes"] == {"on": ["clinic", "tmtv"], "hide": ["tmtv"]}
    assert "ohifbuildModes" not in read_app_config(app_config(Recipe.of({}), [], []))
    assert "modes" not in Recipe.of({}).model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"on": ["a/b"]}, "expected routes such as tmtv"),
        ({"on": ["tmtv", "tmtv"]}, "expected each route once: tmtv"),
        ({"hide": ["viewer"]}, "links are opened there"),
        ({"default": "tmtv"}, "Extra inputs"),
    ],
)
def test_what_is_no_list_of_routes_is_refused(given: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Recipe.of({"modes": given})
