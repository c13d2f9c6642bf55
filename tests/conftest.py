"""The folder a test is in decides its layer: unit, integration or e2e."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from system import orthanc_hidden, orthanc_installed

# A deadline would time the machine, not the code.
settings.register_profile("ohifbuild", deadline=None)
settings.load_profile("ohifbuild")

TESTS = Path(__file__).parent


@pytest.fixture(scope="module", autouse=True)
def hidden_orthanc() -> Iterator[None]:
    """A module has the Orthanc that it asks for, so that none leaves it to others to ask."""
    with orthanc_hidden():
        yield


@pytest.fixture(scope="module")
def orthanc_there() -> None:
    """For modules that use Orthanc otherwise than by ``servers.py``: ``pytest.mark.usefixtures("orthanc_there")``."""
    orthanc_installed()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        layer = item.path.relative_to(TESTS).parts[0]
        item.add_marker(getattr(pytest.mark, layer))
