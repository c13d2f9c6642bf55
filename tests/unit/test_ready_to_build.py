"""What is refused before a build begins, because its proof could not end well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ohifbuild.config.recipe import Recipe
from ohifbuild.core.errors import RecipeError
from ohifbuild.workflow import check_ready

LOCAL = {"name": "local", "dicomweb_root": "/local"}


@pytest.mark.parametrize(
    ("first", "why"),
    [
        ({"name": "a", "dicomweb_root": "/a", "access": "session"}, "access = session"),
        ({"name": "a", "dicomweb_root": "https://pacs.example/x"}, "another origin"),
    ],
)
def test_a_first_archive_that_cannot_be_verified_is_refused_with_the_way_out(
    first: dict[str, Any], why: str, tmp_path: Path
) -> None:
    options = {"output": tmp_path / "dist", "data_sources": [first, LOCAL]}
    with pytest.raises(RecipeError, match="cannot be verified") as caught:
        check_ready(Recipe.of(options))
    assert why in caught.value.cause
    check_ready(Recipe.of({**options, "verify": False}))
    check_ready(Recipe.of({**options, "data_sources": [LOCAL, first]}))
