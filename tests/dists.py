"""Small dists for tests: what the page of a dist that ohifbuild built says of its settings."""

from __future__ import annotations

import json
from typing import Any


def page_settings(**changes: object) -> dict[str, Any]:
    """The settings in the page of a dist of a recipe without options, with ``changes`` by their JavaScript names."""
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
    """The element of ``index.html`` that holds the settings."""
    return f'<script type="application/json" id="ohifbuild-settings">{json.dumps(settings)}</script>'
