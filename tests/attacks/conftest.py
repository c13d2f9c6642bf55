"""The stand that all attacks share: one browser, the servers, and the viewers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from attacks.doors import Doors
from attacks.field import Field
from attacks.hostile import HostileArchive
from attacks.orthancs import Orthancs
from attacks.rows.sockets import ANSWERS
from attacks.stand import Stand, stand
from attacks.variants import Variants
from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.lock.resolve import resolve
from ohifbuild.verify.browser import find_browser, started
from ohifbuild.verify.dataset import cached_dataset
from ohifbuild.verify.egress_proxy import egress_proxy
from ohifbuild.verify.embedded_archive import EmbeddedArchive
from ohifbuild.workflow import build
from recording_archive import recording_archive

RELEASE_VARIABLE = "OHIFBUILD_ATTACKS_RELEASE"
RELEASE = "3.12.0"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all attacks of a module; Playwright allows no second one beside it, which other tests start."""
    reporter = SilentReporter()
    with started(find_browser(reporter), reporter) as running:
        yield running


@pytest.fixture(scope="session")
def servers() -> Iterator[Stand]:
    """The servers that run in this process."""
    with stand(HostileArchive(EmbeddedArchive(cached_dataset(default_cache())))) as running:
        yield running


@pytest.fixture(scope="session")
def doors(servers: Stand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Where attacks on the servers between browser and archive are tried."""
    dist = tmp_path_factory.mktemp("doors") / "dist"
    recipe = Recipe.of({"version": RELEASE, "from": "published", "output": dist, "verify": False})
    build(resolve(recipe, cache=default_cache()), cache=default_cache(), reporter=SilentReporter())
    with ExitStack() as stack:
        # Apache reads as another user than the one who runs the tests.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        archive = stack.enter_context(recording_archive(ANSWERS))
        yield Doors(folder, dist, archive, servers, stack)


@pytest.fixture(scope="module")
def orthancs(orthanc_there: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthancs]:
    """Where attacks on Orthanc are tried."""
    with ExitStack() as stack:
        yield Orthancs(tmp_path_factory.mktemp("orthancs"), stack)


@pytest.fixture(scope="module")
def field(browser: Browser, servers: Stand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """Where attacks on the page are tried, on the release that $OHIFBUILD_ATTACKS_RELEASE names."""
    variants = Variants(tmp_path_factory.mktemp("attacks"), os.environ.get(RELEASE_VARIABLE, RELEASE))
    with egress_proxy() as edge:
        yield Field(browser, edge, servers, variants)
