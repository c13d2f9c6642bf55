"""What the reference says is what the code says."""

from __future__ import annotations

from typing import Any

import click

import ohifbuild
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.errors import RecipeError
from ohifbuild.releases.catalogue import catalogue
from ohifbuild.verification.claims import CLAIMS
from site_pages import commands, errors, javascript_api, python_api, recipe_keys, support
from site_pages.claims import section as claims_section
from site_pages.markdown import table
from site_pages.runs import Run, record, recorded


def test_every_key_has_a_row_with_a_meaning() -> None:
    rows = recipe_keys.section().splitlines()[2:]
    assert len(rows) == len(Recipe.model_fields)
    assert [row for row in rows if row.endswith("|  |")] == []


def test_every_error_has_a_page_at_its_address() -> None:
    found = errors.pages()
    assert "errors/recipe-error.md" in found
    assert len(found) == len(errors.classes())
    assert [name for name, text in found.items() if "**Exit code:**" not in text] == []


def test_the_page_of_an_error_says_what_to_do() -> None:
    page = errors.pages()["errors/recipe-error.md"]
    assert errors.meaning(RecipeError) in page
    assert "**What to do:**" in page


def test_every_option_of_every_command_is_listed() -> None:
    text = commands.section()
    for context in commands.contexts():
        assert f"## `{context.command_path}`\n" in text
        for parameter in context.command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert all(name in text for name in parameter.opts)


def test_every_claim_is_listed_with_how_it_is_checked() -> None:
    rows = claims_section().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [claim.key for claim in CLAIMS]
    assert [row for row in rows if "|  |" in row] == []


def test_every_release_is_in_the_support_matrix() -> None:
    rows = support.releases_section().splitlines()[2:]
    assert {row.split(" ")[1] for row in rows} == set(catalogue().releases)
    assert "| verified |" in rows[0]


def test_the_systems_are_those_of_the_package_and_of_the_ci() -> None:
    text = support.requirements_section()
    assert "`>=3.11`" in text
    assert "3.13" in text
    assert "ubuntu" in text


def a_run(**changes: Any) -> Run:
    about = {"release": "3.9.2", "origin": "git", "archive": "embedded, 9 studies", "browser": "b", "machine": "m"}
    about |= {"ohifbuild": "0.1.0", "date": "2026-01-01", "dist": "sha256:0"}
    return Run(**{**about, "checks": 2, "holding": 2, **changes})


def test_every_recorded_run_is_about_a_release_that_the_catalogue_says_is_verified() -> None:
    for run in recorded():
        assert run.holding == run.checks
        assert run.origin in catalogue().releases[run.release].verified


def test_a_newer_run_replaces_one_of_its_kind_and_no_other() -> None:
    old, other, new = a_run(), a_run(release="3.10.0"), a_run(date="2026-02-01")
    text = record([new], [old, other])
    assert text.index("3.10.0") < text.index("3.9.2")
    assert text.count("[[run]]") == 2
    assert "2026-02-01" in text


def test_the_object_of_the_page_and_its_types_are_listed() -> None:
    text = javascript_api.section()
    assert text.startswith("## `EarlyApi`")
    assert "| `onRefused(listener:" in text
    assert "## `Settings`" in text


def test_a_function_is_shown_with_its_signature_and_errors() -> None:
    text = python_api.documented("load_recipe", ohifbuild.load_recipe)
    assert "def load_recipe(" in text
    assert "path: Path | None" in text
    assert ") -> Recipe" in text
    assert "| [`WorkspaceInvalid`](../errors/workspace-invalid.md) |" in text
    assert "| [`RecipeError`](../errors/recipe-error.md) |" in text


def test_a_class_is_shown_with_its_public_methods() -> None:
    text = python_api.documented("Recipe", Recipe)
    assert "### `Recipe.notes()`" in text
    assert "### `Recipe.model_dump()`" not in text


def test_every_public_name_is_documented() -> None:
    text = python_api.section()
    for name in getattr(ohifbuild, "__all__", ()):
        assert name.startswith("__") or f"## `{name}`\n" in text


def test_a_cell_keeps_its_table_whole() -> None:
    assert table(["a"], [["x|y\nz"]]).splitlines()[2] == "| x&#124;y z |"
