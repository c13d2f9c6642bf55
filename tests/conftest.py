"""The folder a test is in decides its layer: unit, integration or e2e."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# A deadline would time the machine, not the code.
settings.register_profile("ohifbuild", deadline=None)
settings.load_profile("ohifbuild")

TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        layer = item.path.relative_to(TESTS).parts[0]
        item.add_marker(getattr(pytest.mark, layer))
