"""Nothing that a workspace says can lift confinement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ohifbuild.config.ohif_names import names
from ohifbuild.workspaces.app_config import READ, read_app_config
from ohifbuild.workspaces.data_sources import FIXED, NAMESPACE, ROOTS, read_data_sources
from ohifbuild.workspaces.recipe import load_recipe

REFUSED = names()


def test_no_refused_key_of_an_app_config_is_in_the_recipe_and_each_is_named() -> None:
    keys = [key for key in REFUSED["app_config"]["refused"] if key not in READ]
    found = read_app_config(f"window.config = {json.dumps(dict.fromkeys(keys, True))};", "app-config.js")
    assert found.values == {}
    assert sorted(found.left_out) == sorted(keys)


def test_no_refused_option_of_a_data_source_is_in_the_recipe_and_each_is_named() -> None:
    options = [key for key in REFUSED["data_source"]["refused"] if key not in (*ROOTS, *FIXED)]
    configuration = {"qidoRoot": "/a", "wadoRoot": "/a", **dict.fromkeys(options, True), **dict.fromkeys(FIXED, True)}
    source = {"namespace": NAMESPACE, "sourceName": "a", "configuration": configuration}
    found = read_data_sources([source], "a")
    assert found.tables == [{"name": "a", "dicomweb_root": "/a", "options": {}}]
    assert sorted(found.left_out) == sorted(f"dataSources[0].configuration.{option}" for option in options)


def test_no_refused_customization_is_in_the_recipe_and_each_is_named() -> None:
    keys = list(REFUSED["customizations"]["refused"])
    given = {"customizationService": dict.fromkeys(keys, True)}
    found = read_app_config(f"window.config = {json.dumps(given)};", "app-config.js")
    assert found.values == {}
    assert sorted(found.left_out) == sorted(f"customizationService.{key}" for key in keys)


def test_a_hostile_app_config_is_not_run(write: Any, tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    code = (
        f"require('fs').writeFileSync({json.dumps(str(proof))}, 'x');\n"
        "window.config = { a: require('child_process').execSync('id'), get b() { throw 1 }, "
        "disableEditing: true };\n"
    )
    root = write({"ohif.config.json": {}, "config/app-config.js": code})
    recipe = load_recipe(None, {"workspace": root})
    assert recipe.app_config == {"disableEditing": True}
    assert not proof.exists()
