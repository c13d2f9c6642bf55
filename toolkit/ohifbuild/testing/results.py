"""Writes down how the tests of a session ended, for ``ohifbuild verify``; without the tokens of the session's links."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from ohifbuild.verification.redact import Redactor

PASSED = "The package's own test passed."


class ResultsFile:
    """A plugin of pytest that writes the file at the end of the session."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._titles: dict[str, str] = {}
        self._outcomes: dict[str, dict[str, object]] = {}
        self.tokens: Iterable[str] = ()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Notes what each test states: the first line of its docstring, or its name."""
        for item in items:
            documented = (
                (getattr(getattr(item, "obj", None), "__doc__", "") or "").strip().partition("\n")[0].rstrip(".")
            )
            self._titles[item.nodeid] = documented or item.name.removeprefix("test_").replace("_", " ").capitalize()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Notes a file that cannot be read."""
        if report.failed:
            self._note(report.nodeid, f"{report.nodeid} can be read", "failed", report.longreprtext)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes a test. One that fails before or after it was called has failed too."""
        title = self._titles.get(report.nodeid, report.nodeid)
        if report.failed:
            self._note(report.nodeid, title, "failed", report.longreprtext)
        elif report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
            self._note(report.nodeid, title, "skipped", str(reason).removeprefix("Skipped: "))
        elif report.when == "call":
            self._note(report.nodeid, title, "passed", PASSED)

    def pytest_sessionfinish(self) -> None:
        """Writes the file."""
        redactor = Redactor(dict.fromkeys(self.tokens, "a link of the tests"))
        text = json.dumps([redactor.value(outcome) for outcome in self._outcomes.values()])
        redactor.check(text, self._path.name)
        self._path.write_text(text, encoding="utf-8")

    def _note(self, name: str, title: str, outcome: str, text: str) -> None:
        lines = text.splitlines()
        # pytest marks the lines of the error with E; the first of them says what was wrong.
        found = (line.removeprefix("E").strip() for line in lines if line.startswith("E "))
        detail = next(found, lines[-1] if lines else "It failed.")
        self._outcomes[name] = {
            "id": name,
            "title": title,
            "outcome": outcome,
            "detail": detail,
            "lines": lines if outcome == "failed" else [],
        }
