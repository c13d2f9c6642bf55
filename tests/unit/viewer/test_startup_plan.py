"""What a viewer may ask its archives before OHIF does, for each recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ohifbuild.config.data_source import presets
from ohifbuild.config.recipe import Recipe
from ohifbuild.viewer.app_config import settings
from ohifbuild.viewer.startup_plan import startup_plans

ROOT = {
    "orthanc": "/dicom-web",
    "dcm4chee": "https://pacs.example/dcm4chee-arc/aets/DCM4CHEE/rs",
    "google": "/google",
    "aws": "/aws",
    "azure": "/azure",
    "static-wado": "/files",
}


def plans(version: str = "3.12.0", **options: Any) -> list[dict[str, Any]]:
    return startup_plans(Recipe.of(options), version)


def source(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "dicomweb_root": f"/{name}-rs", **more}


def test_the_default_recipe_has_one_plan_with_its_root() -> None:
    (plan,) = plans()
    assert plan["source"] == "dicomweb"
    assert plan["one"][0]["url"].startswith("/dicom-web/studies?")
    assert [each for each in plan["one"] + plan["several"] if not each["url"].startswith("/dicom-web/studies")] == []
    assert plan["one"][-1]["accept"].startswith("multipart/related")
    assert settings(Recipe.of({}), "3.12.0")["startup"] == [plan]


@pytest.mark.parametrize("preset", presets())
def test_every_preset_has_a_plan(preset: str) -> None:
    (plan,) = plans(data_sources=[{"name": "a", "preset": preset, "dicomweb_root": ROOT[preset]}])
    assert [each for each in plan["one"] if not each["url"].startswith(f"{ROOT[preset]}/studies")] == []


def test_searches_and_images_have_their_own_roots() -> None:
    (plan,) = plans(data_sources=[{"name": "a", "qido_root": "/q", "wado_root": "/w"}])
    assert [each["url"].split("/")[1] for each in plan["one"]] == ["q", "w", "w", "w"]
    assert [each["url"].split("/")[1] for each in plan["several"]] == ["q", "q", "w", "w", "w"]


def test_each_archive_has_a_plan_of_its_own() -> None:
    found = plans(data_sources=[source("a"), source("b")])
    assert [(plan["source"], plan["one"][0]["url"].split("/")[1]) for plan in found] == [("a", "a-rs"), ("b", "b-rs")]


@pytest.mark.parametrize(
    "options",
    [
        {"acceptHeader": ["multipart/related; type=image/jls"]},
        {"supportsFuzzyMatching": True},
        {"imageRendering": "wadouri"},
        {"enableStudyLazyLoad": False},
        {"requestTransferSyntaxUID": "1.2.840.10008.1.2.4.80"},
    ],
)
def test_an_archive_with_options_that_were_not_recorded_has_no_plan(options: dict[str, Any]) -> None:
    found = plans(data_sources=[source("a", options=options), source("b")])
    assert [plan["source"] for plan in found] == ["b"]


def test_options_for_what_comes_later_do_not_matter() -> None:
    options = {"singlepart": "pdf", "bulkDataURI": {"enabled": False}}
    assert len(plans(data_sources=[source("a", options=options)])) == 1


@pytest.mark.parametrize("version", ["", "3.9.2", "0123456789abcdef"])
def test_a_release_without_a_recording_has_no_plan(version: str) -> None:
    assert plans(version) == []


def test_archive_first_false_has_no_plan() -> None:
    assert plans(archive_first=False) == []


def test_with_a_module_of_functions_there_is_no_plan(tmp_path: Path) -> None:
    module = tmp_path / "config.js"
    module.write_text("export default {};")
    assert plans(app_config_module=module) == []


@pytest.mark.parametrize("name", ["sortingCriteria", "instanceSortingCriteria"])
def test_with_another_order_of_images_no_frame_is_asked_for(name: str) -> None:
    (plan,) = plans(customizations={name: {"$set": {}}})
    assert [each for each in plan["one"] + plan["several"] if "{frame}" in each["url"]] == []
    assert len(plan["one"]) == 3
