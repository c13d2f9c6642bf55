"""The stand that all attacks share: one browser, the servers, and the viewers."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from attacks.field import Field
from attacks.hostile import HostileArchive
from attacks.stand import stand
from attacks.variants import Variants
from ohifbuild.cache import default_cache
from ohifbuild.console import SilentReporter
from ohifbuild.verify.archive import EmbeddedArchive
from ohifbuild.verify.border import border
from ohifbuild.verify.browser import find_browser, started
from ohifbuild.verify.dataset import cached_dataset

RELEASE_VARIABLE = "OHIFBUILD_ATTACKS_RELEASE"
RELEASE = "3.12.0"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all attacks."""
    reporter = SilentReporter()
    with started(find_browser(reporter), reporter) as running:
        yield running


@pytest.fixture(scope="session")
def field(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """Where attacks on the page are tried, on the release that $OHIFBUILD_ATTACKS_RELEASE names."""
    variants = Variants(tmp_path_factory.mktemp("attacks"), os.environ.get(RELEASE_VARIABLE, RELEASE))
    archive = HostileArchive(EmbeddedArchive(cached_dataset(default_cache())))
    with border() as edge, stand(archive) as servers:
        yield Field(browser, edge, servers, variants)
