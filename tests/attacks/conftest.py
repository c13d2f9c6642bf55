"""The fixtures that attacks share: one browser, the servers, and the viewers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from attacks.attack_servers import AttackServers, attack_servers
from attacks.hostile_archive import HostileArchive
from attacks.orthancs import Orthancs
from attacks.proxies import Proxies
from attacks.rows.sockets import ANSWERS
from attacks.runner import AttackRunner
from attacks.variants import Variants
from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.lock.resolve import resolve
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.egress_proxy import egress_proxy
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.workflow import build
from recording_archive import recording_archive

RELEASE_VARIABLE = "OHIFBUILD_ATTACKS_RELEASE"
RELEASE = "3.12.0"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all attacks of a module. Playwright allows only one at a time, and other tests start their own."""
    reporter = SilentReporter()
    with started(find_browser(reporter), reporter) as running:
        yield running


@pytest.fixture(scope="session")
def servers() -> Iterator[AttackServers]:
    """The servers that run in this process."""
    with attack_servers(HostileArchive(EmbeddedArchive(cached_dataset(default_cache())))) as running:
        yield running


@pytest.fixture(scope="session")
def proxies(servers: AttackServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxies]:
    """Runs the attacks on the proxies between browser and archive."""
    dist = tmp_path_factory.mktemp("proxies") / "dist"
    recipe = Recipe.of({"version": RELEASE, "from": "published", "output": dist, "verify": False})
    build(resolve(recipe, cache=default_cache()), cache=default_cache(), reporter=SilentReporter())
    with ExitStack() as stack:
        # Apache reads the folder as another user.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        archive = stack.enter_context(recording_archive(ANSWERS))
        yield Proxies(folder, dist, archive, servers, stack)


@pytest.fixture(scope="module")
def orthancs(orthanc_there: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthancs]:
    """Runs the attacks on Orthanc."""
    with ExitStack() as stack:
        yield Orthancs(tmp_path_factory.mktemp("orthancs"), stack)


@pytest.fixture(scope="module")
def runner(
    browser: Browser, servers: AttackServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AttackRunner]:
    """Runs the attacks on the page, on the release that $OHIFBUILD_ATTACKS_RELEASE names."""
    variants = Variants(tmp_path_factory.mktemp("attacks"), os.environ.get(RELEASE_VARIABLE, RELEASE))
    with egress_proxy() as proxy:
        yield AttackRunner(browser, proxy, servers, variants)
