"""Fixtures for tests of extension packages: pytest loads this module, and nothing else before a test uses a fixture.

``ohif_viewer`` opens pages of the viewer of the package's recipe. ``ohif_archive`` is its archive with sample studies,
``share_link`` makes links with tokens, and ``dicom_dataset`` makes DICOM objects.
"""

from __future__ import annotations

from argparse import SUPPRESS
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ohifbuild.testing import DicomDataset, OhifArchive, OhifViewer, ShareLink
    from ohifbuild.testing.viewer import ServedViewer

RESULTS = "ohifbuild-results"
VIEWER = pytest.StashKey["OhifViewer"]()
KEPT = pytest.StashKey[set[object]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options that say which viewer the tests open."""
    group = parser.getgroup("ohifbuild", "viewers of OHIF")
    group.addoption("--ohif-dist", metavar="FOLDER", help="a finished viewer to test (default: the recipe is built)")
    group.addoption("--ohif-results", metavar="FILE", help=SUPPRESS)  # what ohifbuild verify reads
    group.addoption("--ohif-recipe", metavar="FILE", help="the recipe to build (default: the nearest ohifbuild.toml)")


def pytest_configure(config: pytest.Config) -> None:
    """Writes results for ``ohifbuild verify``, if it asks for them."""
    written = config.getoption("--ohif-results")
    if written:
        from ohifbuild.testing.results import ResultsFile

        config.pluginmanager.register(ResultsFile(Path(written)), RESULTS)


@pytest.fixture(scope="session")
def ohif_dist(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the viewer: that of ``--ohif-dist``, or one that is built of the recipe, without its proof.

    A ``conftest.py`` can have another fixture of this name and scope, whose viewer the tests then open.
    """
    given, recipe = (request.config.getoption(name) for name in ("--ohif-dist", "--ohif-recipe"))
    here = request.config.invocation_params.dir
    if given:
        return here / str(given)
    with _errors_as_failures():
        from ohifbuild.testing.recipe_dist import build_dist, recipe_above

        found = here / str(recipe) if recipe else recipe_above(here, request.config.rootpath)
        return build_dist(found, tmp_path_factory.mktemp("ohif") / "dist")


@pytest.fixture(scope="session")
def ohif_served(
    request: pytest.FixtureRequest, ohif_dist: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedViewer]:
    """The viewer and its archive, served once in a session. Tests use the other fixtures."""
    with _errors_as_failures():
        from ohifbuild.testing.viewer import served_viewer

        with served_viewer(ohif_dist, tmp_path_factory.mktemp("ohif-archive")) as running:
            results = request.config.pluginmanager.get_plugin(RESULTS)
            if results:
                results.tokens = running.share_link.tokens_made
            yield running


@pytest.fixture(scope="module")
def ohif_viewer(request: pytest.FixtureRequest, ohif_served: ServedViewer) -> Iterator[OhifViewer]:
    """The viewer in a headless Chromium.

    The viewer is built and served once in a session; the browser is closed after each module, because Playwright's
    synchronous interface keeps the thread's event loop. A page that a test opens, or a fixture of that test alone, is
    closed when the test ends.
    """
    with _errors_as_failures():
        from ohifbuild.testing.viewer import opened_browser

        with opened_browser(ohif_served) as viewer:
            request.config.stash[VIEWER], request.config.stash[KEPT] = viewer, set()
            yield viewer
            del request.config.stash[VIEWER]


@pytest.fixture(scope="session")
def ohif_archive(ohif_served: ServedViewer) -> OhifArchive:
    """The viewer's archive: it holds sample studies, and tests can add objects to it."""
    return ohif_served.archive


@pytest.fixture(scope="session")
def share_link(ohif_served: ServedViewer) -> ShareLink:
    """Makes share links: ``share_link(uid)`` is a link with a new token for that study."""
    return ohif_served.share_link


@pytest.fixture(scope="session")
def dicom_dataset() -> DicomDataset:
    """Makes small valid DICOM objects: ``dicom_dataset("CT", PatientName="Test^Anna")``."""
    from ohifbuild.testing import DicomDataset

    return DicomDataset()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Notes the pages that a fixture of more than one test opens."""
    viewer = request.config.stash.get(VIEWER, None)
    before = viewer.pages if viewer else ()
    made = yield
    if viewer and fixturedef.scope != "function":
        request.config.stash[KEPT].update(page for page in viewer.pages if page not in before)
    return made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Closes the pages that a test and its own fixtures opened."""
    ended = yield
    viewer = item.config.stash.get(VIEWER, None)
    if viewer:
        viewer.close_pages(keep=lambda page: page in item.config.stash[KEPT])
    return ended


@contextmanager
def _errors_as_failures() -> Iterator[None]:
    """Reports an error of ohifbuild as its sentences, without a traceback of ohifbuild's own code."""
    from ohifbuild.core.errors import OhifbuildError

    try:
        yield
    except OhifbuildError as error:
        parts = (error.what, error.details, error.cause, error.fix)
        pytest.fail("\n".join(filter(None, parts)), pytrace=False)
