"""The parts that decide, the files of each, and the tests that state what it does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "extension-template"

_TOOLKIT = "toolkit/ohifbuild"
_EARLY = "extension-template/src/early"


@dataclass(frozen=True)
class Part:
    """``files`` and ``tests`` are patterns below the repository; a line's tests are found among ``tests`` by coverage.

    Attributes:
        every_text: Whether every literal is changed: in Python texts with spaces too, in JavaScript also each piece of
            a regular expression, beyond what Stryker changes.
    """

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]
    every_text: bool = False

    @property
    def paths(self) -> list[Path]:
        """Its files, in order."""
        return _matching(self.files)

    @property
    def test_paths(self) -> list[Path]:
        """Its test files and folders, in order."""
        return _matching(self.tests)


def _matching(patterns: tuple[str, ...]) -> list[Path]:
    return [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]


PYTHON = (
    Part(
        "contract",
        (f"{_TOOLKIT}/contract/*.py", f"{_TOOLKIT}/orthanc/scripts/link_contract.py"),
        ("tests/unit/contract", "tests/unit/orthanc/test_link_contract.py"),
        every_text=True,
    ),
    Part("gate", (f"{_TOOLKIT}/verification/gate.py",), ("tests/unit/verification/test_gate*.py",)),
    Part(
        "filter",
        (f"{_TOOLKIT}/server/archive_rules.py", f"{_TOOLKIT}/server/archive_paths.py", f"{_TOOLKIT}/server/proxy.py"),
        ("tests/unit/server", "tests/unit/deploy", "tests/integration/server/test_proxy.py"),
    ),
    Part(
        "orthanc",
        tuple(
            f"{_TOOLKIT}/orthanc/scripts/{name}.py"
            for name in ("token_filter", "token_file", "auth_service", "bounded_json", "viewer_files", "share_file")
        ),
        ("tests/unit/orthanc",),
    ),
    Part(
        "claims",
        (f"{_TOOLKIT}/verification/claims/*.py",),
        ("tests/unit/verification/test_claims.py", "tests/unit/verification/test_package_claims.py"),
    ),
    Part(
        "inject",
        (f"{_TOOLKIT}/viewer/inject.py", f"{_TOOLKIT}/viewer/app_config.py", f"{_TOOLKIT}/viewer/config_module.py"),
        ("tests/unit/viewer/test_inject*.py", "tests/unit/config", "tests/integration/viewer/test_config_module.py"),
    ),
    Part("lock", (f"{_TOOLKIT}/lock/*.py",), ("tests/unit/lock",)),
    Part(
        "shares",
        (f"{_TOOLKIT}/shares/*.py",),
        ("tests/unit/shares", "tests/integration/shares/test_servers_that_are_asked.py"),
    ),
)

_GUARDS = (
    *("fetch", "xhr", "xhr-response", "token-scope", "transport", "connect-policy", "media", "navigation"),
    *("credential", "link-state", "token-store", "media-streams", "worker-control"),
)

_TESTS_OF_GUARDS = (
    *("transport", "token-scope", "token-scope-rules", "xhr", "media", "media-types", "media-streams", "link-state"),
    *("early", "source", "retry", "archive-first", "archive-first-bad-input", "messages"),
)

_TESTS_OF_THE_CONTRACT = ("vectors", "place", "link", "source", "answers", "early", "link-state")


def _template_tests(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"extension-template/test/{name}.test.js" for name in names)


JAVASCRIPT = (
    Part(
        "contract-js",
        ("extension-template/src/contract/*.js",),
        _template_tests(_TESTS_OF_THE_CONTRACT),
        every_text=True,
    ),
    Part("guards", tuple(f"{_EARLY}/{name}.js" for name in _GUARDS), _template_tests(_TESTS_OF_GUARDS)),
)
