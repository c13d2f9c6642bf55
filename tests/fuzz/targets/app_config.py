"""What a dist gets from a recipe: no string of a recipe becomes code or markup, and each arrives as it was written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import tomli_w
from pydantic import ValidationError

from fuzz.node import json_lines
from fuzz.spoil import spoilt
from fuzz.target import Check
from fuzz.targets.recipe import tables
from ohifbuild.config.recipe import Recipe
from ohifbuild.viewer.app_config import app_config, read_app_config, settings
from ohifbuild.viewer.inject import index_html

READER = Path(__file__).parents[1] / "read_page.mjs"
FILES = ("app_config_module", "patches", "extensions", "claims", "workspace")
EARLY = 'console.log("early")'
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="UTF-8"/><title>OHIF</title>'
    '<link rel="icon" href="/icon.png"><script>window.PUBLIC_URL = "/";</script><script src="/app-config.js"></script>'
    '<script>function browserImportFunction(n){return import(n)}window.PUBLIC_URL="/"</script></head>'
    '<body><div id="root"></div></body></html>'
)


def generate(random: Random) -> bytes:
    made = {key: value for key, value in tables(random).items() if key not in FILES}
    try:
        Recipe.model_validate(made)
    except ValidationError as error:  # what is left is more often valid
        made = {
            key: value
            for key, value in made.items()
            if key not in {str(item["loc"][0]) for item in error.errors() if item["loc"]}
        }
    data = tomli_w.dumps(made).encode()
    return spoilt(random, data) if random.random() < 0.3 else data


@contextmanager
def checker() -> Iterator[Check]:
    with json_lines(READER) as read:

        def check(data: bytes) -> None:
            recipe = _recipe(data)
            if recipe is None:
                return
            script, page = app_config(recipe, ["/e.js"], ["/m.js"]), index_html(PAGE, recipe, EARLY)
            plain = index_html(PAGE, Recipe.of({"public_url": recipe.public_url}), EARLY)
            answer = read({"script": script, "page": page})
            config = read_app_config(script)
            assert "error" not in answer, answer
            assert answer["literal"] == answer["value"] == config, (answer["literal"], config)
            assert {key: config[key] for key in recipe.app_config} == recipe.app_config
            if "customizationService" not in recipe.app_config:
                assert config["customizationService"] == recipe.customizations
            _is_same_page(answer["page"], read({"script": script, "page": plain})["page"], recipe)

        yield check


def _recipe(data: bytes) -> Recipe | None:
    try:
        given = tomllib.loads(data.decode("utf-8"))
        return Recipe.model_validate({key: value for key, value in given.items() if key not in FILES})
    except (ValueError, RecursionError):  # includes ValidationError; the target `recipe` is about these
        return None


def _is_same_page(page: list[dict[str, Any]], plain: list[dict[str, Any]], recipe: Recipe) -> None:
    assert [node["name"] for node in page] == [node["name"] for node in plain], page
    for ours, theirs in zip(page, plain, strict=True):
        name, attributes = ours["name"], ours["attributes"]
        if attributes.get("http-equiv"):
            rules, others = _rules(attributes["content"]), _rules(theirs["attributes"]["content"])
            assert list(rules) == list(others)
            assert rules["script-src"] == others["script-src"]
            assert {*rules["connect-src"]} - {*others["connect-src"]} <= _origins(recipe), rules
        elif attributes.get("id") == "ohifbuild-settings":
            assert json.loads(ours["text"]) == json.loads(json.dumps(settings(recipe)))
        elif name == "title" and recipe.branding.name:
            assert ours["text"] == recipe.branding.name
        else:
            assert ours == theirs


def _rules(policy: str) -> dict[str, list[str]]:
    return {name: values.split() for name, _, values in (rule.partition(" ") for rule in policy.split("; "))}


def _origins(recipe: Recipe) -> set[str]:
    roots = [root for source in recipe.sources for root in recipe.roots_of(source)]
    return {"/".join(root.split("/")[:3]) for root in (*roots, *recipe.connect) if "://" in root}
