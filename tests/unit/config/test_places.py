"""The viewer and its archives need separate places on the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ohifbuild.config.places import OWN_NAMES
from ohifbuild.config.recipe import Recipe, load_recipe
from ohifbuild.core.errors import RecipeError

PACS = {"name": "pacs", "dicomweb_root": "/pacs"}


def refusal(folder: Path, text: str, **flags: object) -> str:
    path = folder / "ohifbuild.toml"
    path.write_text(text)
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, flags)
    return caught.value.details


@pytest.mark.parametrize(
    "keys",
    [
        {"public_url": "/dicom-web/"},
        {"public_url": "/dicom-web/ohif/"},
        {"public_url": "/ohif/", "dicomweb_root": "/ohif"},
        {"public_url": "/a/ohif/", "dicomweb_root": "/a"},
        {"dicomweb_root": "/viewer"},
        {"dicomweb_root": "/Viewer/dicom-web"},
        {"public_url": "/ohif/", "dicomweb_root": "/ohif/viewer/x"},
        {"public_url": "/wado/", "token_roots": ["/wado"]},
        {"public_url": "/second/", "data_sources": [PACS, {"name": "b", "dicomweb_root": "/second"}]},
        {"public_url": "/q/v/", "data_sources": [{"name": "b", "qido_root": "/q", "wado_root": "/w"}]},
        {"public_url": "/w/", "data_sources": [{"name": "b", "qido_root": "/q", "wado_root": "/w"}]},
        {"public_url": "/s/", "data_sources": [{**PACS, "stow_root": "/s"}]},
        {"public_url": "/u/", "data_sources": [{**PACS, "wado_uri_root": "/u"}]},
        {"public_url": "/o/", "token_roots": ["/o"], "dicom_json": "/o/{id}/json"},
    ],
)
def test_a_viewer_and_an_archive_at_one_place_are_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"would lie (under|over)"):
        Recipe.of(keys)


@pytest.mark.parametrize("name", sorted(OWN_NAMES))
def test_an_archive_over_the_viewers_own_files_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="own path"):
        Recipe.of({"public_url": "/ohif/", "token_roots": [f"/ohif/{name}"]})


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"public_url": "/ohif/", "dicomweb_root": "/ohif/dicom-web"},
        {"public_url": "/dicom-web-viewer/"},
        {"public_url": "/dicom-web/", "dicomweb_root": "https://pacs.example/dicom-web"},
        {"public_url": "/dicom-web/", "data_sources": [PACS]},
        {"dicomweb_root": "/viewers"},
    ],
)
def test_separate_places_are_accepted(keys: dict[str, Any]) -> None:
    Recipe.of(keys)


def test_the_refusal_names_the_key_in_the_file_or_the_flag(tmp_path: Path) -> None:
    text = 'version = "3.12.0"\npublic_url = "/dicom-web/"\n'
    assert f"{tmp_path}/ohifbuild.toml:2: public_url: the viewer at /dicom-web/ would" in refusal(tmp_path, text)
    assert "--public-url: public_url: the viewer at" in refusal(tmp_path, "", public_url="/dicom-web/")
    assert ":1: dicomweb_root: the root /viewer" in refusal(tmp_path, 'dicomweb_root = "/viewer"\n')


def test_all_overlaps_are_named_at_once(tmp_path: Path) -> None:
    found = refusal(tmp_path, 'public_url = "/a/b/"\ndicomweb_root = "/a"\ntoken_roots = ["/a/b"]\n')
    assert "under the root /a," in found
    assert "under the root /a/b," in found


def test_a_recipe_with_a_byte_order_mark_is_read_and_utf_16_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ohifbuild.toml"
    path.write_text('version = "3.13.2"\n', encoding="utf-8-sig")
    assert load_recipe(path, {}).version == "3.13.2"
    path.write_text('version = "3.13.2"\n', encoding="utf-16")
    with pytest.raises(RecipeError, match="UTF-16 text; save it again as UTF-8"):
        load_recipe(path, {})
