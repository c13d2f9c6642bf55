"""The runs of ``ohifbuild verify`` that the support matrix shows: ``docs/verified-runs.toml``.

A run is added with ``python docs/record_run.py DIST.evidence/report.json``; a newer one of the same kind replaces it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tomli_w

from site_pages.markdown import DOCS

FILE = DOCS / "verified-runs.toml"
HEADER = "# Written by docs/record_run.py from the reports of `ohifbuild verify`; not by hand.\n"


@dataclass(frozen=True)
class Run:
    """One run: what was verified, where, when, and how many of its checks hold. ``date`` is in UTC.

    ``unseen`` names the claims that could not be checked in this browser.
    """

    release: str
    origin: str
    archive: str
    browser: str
    machine: str
    ohifbuild: str
    date: str
    dist: str
    checks: int
    holding: int
    unseen: str = ""

    @property
    def kind(self) -> tuple[str, str, str, str]:
        """Runs of one kind replace each other: same release, origin, sort of archive and browser."""
        return self.release, self.origin, self.archive.partition(",")[0], self.browser.partition(" ")[0]


def run_of(report: Path) -> Run:
    """The run that a ``report.json`` is about.

    Raises:
        KeyError: it is not a report of verify.
    """
    document: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    about: dict[str, str] = document["environment"]
    return Run(
        release=about["Release"].removeprefix("OHIF "),
        origin=about["Origin"],
        archive=about["Archive"],
        browser=about["Browser"],
        machine=about["Machine"],
        ohifbuild=about["ohifbuild"],
        date=about["Date"].partition(" ")[0],
        dist=about["Dist"].partition(",")[0],
        checks=len(document["claims"]),
        holding=sum(claim["holds"] for claim in document["claims"]),
        unseen=_unseen(document.get("limits", [])),
    )


def _unseen(limits: list[dict[str, Any]]) -> str:
    """The claims that the browser did not let verify check, and those that it let check in part."""
    groups = {"not checked": False, "in part": True}
    found = {word: [each["claim"] for each in limits if each["judged"] is judged] for word, judged in groups.items()}
    return "; ".join(f"{word}: {', '.join(claims)}" for word, claims in found.items() if claims)


def recorded() -> list[Run]:
    """The runs on record, newest release first."""
    return [Run(**row) for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["run"]]


def record(found: Iterable[Run], known: Iterable[Run]) -> str:
    """The text of the file with further runs in it."""
    by_kind = {run.kind: run for run in (*known, *found)}
    rows = sorted(by_kind.values(), key=lambda run: (_numbers(run.release), run.kind), reverse=True)
    return HEADER + tomli_w.dumps({"run": [asdict(run) for run in rows]})


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.partition("-")[0].split(".")]
