"""One world for all tests of faults; building from git is left to the long form, because it takes minutes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from faults.world import World, made_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made_world(tmp_path_factory.mktemp("faults") / "world", with_git=False) as world:
        yield world
