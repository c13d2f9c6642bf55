"""What a viewer may ask its archives before OHIF does: the recorded requests that hold for the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ohifbuild.config.data_source import DataSource, presets
from ohifbuild.config.recipe import Recipe
from ohifbuild.releases.startup_profile import RequestTemplate, startup_profile

DO_NOT_MATTER = frozenset({"bulkDataURI", "singlepart", "friendlyName"})
"""Options of a data source that change no request before the first image."""

DECIDE_FIRST_IMAGE = frozenset({"sortingCriteria", "instanceSortingCriteria"})
"""Customizations by which another image may be the first."""


def startup_plans(recipe: Recipe, version: str) -> list[dict[str, Any]]:
    """The plans for the settings of the page, one for each archive whose requests are known; see ``StartupPlan`` in
    ``extension-template/types/early.d.ts``.

    A module of functions for OHIF's configuration may change any request, so with one there are no plans.
    """
    profile = startup_profile(version) if recipe.archive_first and not recipe.app_config_module else None
    if not profile:
        return []
    plans = []
    for source in recipe.sources:
        wanted = relevant(source_options(source))
        found = next((recorded for recorded in profile.requests if relevant(recorded.options) == wanted), None)
        if found:
            one, several = (_filled(templates, source, recipe) for templates in (found.one, found.several))
            plans.append({"source": source.name, "one": one, "several": several})
    return plans


def source_options(source: DataSource) -> dict[str, Any]:
    """OHIF's options of a data source: the preset's, and the recipe's in their place."""
    options = {name: option["value"] for name, option in presets()[source.preset].options.items()}
    return {**options, **source.options}


def relevant(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that decide what OHIF asks."""
    return {name: value for name, value in options.items() if name not in DO_NOT_MATTER}


def _filled(templates: tuple[RequestTemplate, ...], source: DataSource, recipe: Recipe) -> list[dict[str, str]]:
    with_frames = DECIDE_FIRST_IMAGE.isdisjoint(recipe.customizations)
    return [
        {"url": each.url.replace("{qido}", source.qido).replace("{wado}", source.wado), "accept": each.accept}
        for each in templates
        if with_frames or "{frame}" not in each.url
    ]
