"""The settings that a dist of ohifbuild has in its page, to write small dists for tests."""

from __future__ import annotations

import json
from typing import Any


def page_settings(**changes: object) -> dict[str, Any]:
    """The settings in a dist's page for a recipe without options; ``changes`` have JavaScript names."""
    return {
        "tokenParam": "token",
        "tokenHeader": "token",
        "tokenScheme": "",
        "roots": ["/dicom-web"],
        "priors": "never",
        "storage": "tab",
        "studyList": False,
        "publicUrl": "/",
        **changes,
    }


def settings_element(settings: dict[str, Any]) -> str:
    """The element of ``index.html`` that contains the settings."""
    return f'<script type="application/json" id="ohifbuild-settings">{json.dumps(settings)}</script>'
