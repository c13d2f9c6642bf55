"""The JSON schemas that the site publishes accept what the toolkit accepts, and refuse what is wrong."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from json_schemas import check_schema, is_valid
from ohifbuild.config.recipe import Recipe
from ohifbuild.lock.lock_file import Lock
from site_pages.markdown import ROOT
from site_pages.schemas import error_schema, files, lock_schema, recipe_schema

EXAMPLE = ROOT / "examples" / "shared-study"


@pytest.mark.parametrize("schema", [recipe_schema(), lock_schema(), error_schema()], ids=["recipe", "lock", "error"])
def test_a_schema_is_one(schema: dict[str, Any]) -> None:
    check_schema(schema)


def test_the_schemas_are_published_under_their_own_addresses() -> None:
    for path, text in files().items():
        assert json.loads(text)["$id"].endswith(f"/ohifbuild/{path}")


def test_the_example_is_valid() -> None:
    assert is_valid(recipe_schema(), tomllib.loads((EXAMPLE / "ohifbuild.toml").read_text()))
    assert is_valid(lock_schema(), tomllib.loads((EXAMPLE / "ohifbuild.lock").read_text()))


@pytest.mark.parametrize(
    "recipe",
    [
        {},
        {"dicomweb_root": "https://pacs.example:8443/dicom-web"},
        {"dicomweb_root": "/orthanc/dicom-web/"},
        {"token_header": "Authorization", "token_scheme": "Bearer"},
        {"public_url": "/a/b/", "token_roots": ["/wado"], "study_list": True},
        {"data_sources": [{"name": "a", "dicomweb_root": "/a", "options": {"supportsWildcard": True}}]},
        {"connect": ["https://a.example:8443"], "embed_in": ["http://localhost:9200"]},
        {"app_config": {"x": 1}, "customizations": {"y": {"$set": []}}, "branding": {"colours": {"primary": "#fff"}}},
    ],
)
def test_what_the_model_accepts_is_valid(recipe: dict[str, Any]) -> None:
    Recipe.of(recipe)
    assert is_valid(recipe_schema(), recipe)


@pytest.mark.parametrize(
    "recipe",
    [
        {"publik_url": "/"},
        {"from": "npm"},
        {"origin": "git"},
        {"priors": True},
        {"study_list": "yes"},
        {"extensions": "my-extension"},
        {"public_url": "ohif"},
        {"dicomweb_root": "/"},
        {"dicomweb_root": "https://pacs.example"},
        {"dicomweb_root": "//pacs.example/dicom-web"},
        {"token_param": "a b"},
        {"token_header": "a:b"},
        {"token_scheme": "Bearer "},
        {"data_sources": [{"dicomweb_root": "/a"}]},
        {"data_sources": [{"name": "a", "dicomweb_rot": "/a"}]},
        {"data_sources": [{"name": "a", "access": "cookie"}]},
        {"embed_in": ["https://*.portal.example"]},
        {"connect": ["http://fonts.example"]},
        {"branding": {"logo": 7}},
    ],
)
def test_a_wrong_recipe_is_invalid(recipe: dict[str, Any]) -> None:
    assert not is_valid(recipe_schema(), recipe)


@pytest.mark.parametrize("section", ["format", "release", "toolchain", "extensions", "options", "lock"])
def test_a_lock_without_a_section_is_invalid(section: str) -> None:
    document = tomllib.loads((EXAMPLE / "ohifbuild.lock").read_text())
    del document[section]
    assert not is_valid(lock_schema(), document)


def test_a_lock_with_another_format_or_a_fact_that_is_no_text_is_invalid() -> None:
    document = tomllib.loads((EXAMPLE / "ohifbuild.lock").read_text())
    assert not is_valid(lock_schema(), {**document, "format": 2})
    assert not is_valid(lock_schema(), {**document, "options": {**document["options"], "minify": True}})
    assert not is_valid(lock_schema(), {**document, "lock": {"digest": "sha256:0"}})


def test_a_lock_that_the_toolkit_writes_is_valid() -> None:
    document = tomllib.loads((EXAMPLE / "ohifbuild.lock").read_text())
    sections = {name: facts for name, facts in document.items() if name not in ("format", "lock")}
    written = Lock({**sections, "patches": {"a-patch": "0123456789ab"}}).text()
    assert is_valid(lock_schema(), tomllib.loads(written))
