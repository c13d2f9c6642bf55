"""Options, fixtures and markers for all tests. A test's folder is its marker: unit, integration, e2e or attacks."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from system import Installing, browser_installed, orthanc_installed, programs_hidden, set_installing

# A deadline would time the machine, not the code.
settings.register_profile("ohifbuild", deadline=None)
settings.load_profile("ohifbuild")

TESTS = Path(__file__).parent
WITH_A_BROWSER = frozenset({"e2e", "attacks"})
LAYERS = ("attacks", "e2e", "integration", "unit")
"""The folders with tests, those with the longest files first."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--install",
        action="store_true",
        help="install the system's packages that tests need and that are missing, as root or by sudo; "
        "without this option such tests are skipped",
    )


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell starts what stands before `&` so, and every program that a test starts would ignore Ctrl-C too.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # A process of pytest-xdist gets the words of the command that it belongs to.
    of_command = getattr(config, "workerinput", {"mainargv": ["pytest", *config.invocation_params.args]})
    set_installing(Installing(config.getoption("--install"), of_command["mainargv"][1:]))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No further process for tests that are named on the command line: a debugger, and print with -s, work there.

    One more than there are cores where a browser takes part: half of the time such tests wait for it.
    """
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        return 0
    if any(marker in config.option.markexpr for marker in WITH_A_BROWSER):
        return (os.cpu_count() or 1) + 1
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says how to have the same order again, also with -q."""
    seed = config.getoption("randomly_seed", None)
    if seed is not None:
        terminalreporter.write_line(f"The order was random; for the same one: --randomly-seed={seed}")


def layer(path: Path) -> str:
    """The folder below ``tests`` that contains a test's file."""
    return path.relative_to(TESTS).parts[0]


@pytest.fixture(scope="module", autouse=True)
def hidden_programs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hides Orthanc and Chromium from modules that do not request them: no module relies on another's request."""
    with programs_hidden():
        if layer(request.path) in WITH_A_BROWSER:
            browser_installed()
        yield


@pytest.fixture(scope="module")
def orthanc_there(hidden_programs: None) -> None:
    """For modules that use Orthanc without ``servers.py``: ``pytest.mark.usefixtures("orthanc_there")``."""
    orthanc_installed()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Does not even import the tests of other folders if only one marker is asked for."""
    asked, folder = config.option.markexpr, collection_path.name
    others = {*LAYERS} - {asked} if asked in LAYERS else frozenset()
    return True if collection_path.parent == TESTS and folder in others else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sorts them by layer, also in a random order: a long file that begins last leaves the other processes idle."""
    for item in items:
        item.add_marker(getattr(pytest.mark, layer(item.path)))
    items.sort(key=lambda item: LAYERS.index(layer(item.path)))
