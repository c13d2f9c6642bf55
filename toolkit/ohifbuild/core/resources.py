"""Paths of the folders that ship beside the Python code: ``_data`` in the wheel, the top folder in a checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def extension_template() -> Path:
    """The token extension's npm package."""
    return _resource("extension-template")


def patches() -> Path:
    """The folder of patches."""
    return _resource("patches")


def _resource(name: str) -> Path:
    installed = PACKAGE / "_data" / name
    return installed if installed.is_dir() else PACKAGE.parents[1] / name
