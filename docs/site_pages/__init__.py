"""The parts of the documentation that are generated from the code: ``docs/hooks.py`` puts them into the site.

Nothing that is generated is committed, so it cannot be out of date. A page has generated parts where its Markdown says
``<!-- generated: NAME -->``; whole pages and files are those of ``pages()``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from site_pages import (
    claims,
    commands,
    errors,
    fixtures,
    javascript_api,
    project,
    python_api,
    recipe_keys,
    schemas,
    support,
)

SECTIONS: Mapping[str, Callable[[], str]] = {
    "claims": claims.section,
    "commands": commands.section,
    "errors": errors.section,
    "fixtures": fixtures.section,
    "javascript-api": javascript_api.section,
    "python-api": python_api.section,
    "recipe-keys": recipe_keys.section,
    "data-source-keys": recipe_keys.data_source_section,
    "presets": recipe_keys.presets_section,
    "branding-keys": recipe_keys.branding_section,
    "modes-keys": recipe_keys.modes_section,
    "refused-names": recipe_keys.refused_section,
    "releases": support.releases_section,
    "runs": support.runs_section,
    "requirements": support.requirements_section,
}


def pages() -> dict[str, str]:
    """Whole pages and files of the site, by their path below ``docs/``."""
    return {**errors.pages(), **project.pages(), **schemas.files()}
