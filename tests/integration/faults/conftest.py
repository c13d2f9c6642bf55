"""One world for all tests of faults. The long form also builds from git and verifies real OHIF, which takes minutes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from faults.world import World, made_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made_world(tmp_path_factory.mktemp("faults") / "world", with_git=False, with_viewer=False) as world:
        yield world
