"""Runs the claims that packages make themselves: tests in Python with the fixtures of ``ohifbuild.pytest_plugin``.

They are programs of the package, so they run only where the recipe or a flag names them. They run before verify's own
claims, in a process of their own, and must leave the dist as it is.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ohifbuild.core.console import Reporter
from ohifbuild.core.counts import counted
from ohifbuild.core.errors import ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.verification.evidence import ClaimResult, Limit
from ohifbuild.verification.remote_archive import HEADER_VARIABLE
from ohifbuild.viewer.manifest import check_integrity

LONGEST_LINE = 500
LINES = 60
LONGEST_SECONDS = 1800.0
UNCHANGED = "The package's claims leave the viewer as it is"


class Outcome(BaseModel):
    """A test as the plugin wrote it down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    outcome: str
    detail: str
    lines: tuple[str, ...] = ()


OUTCOMES = TypeAdapter(tuple[Outcome, ...])


@dataclass(frozen=True)
class OwnClaims:
    """The results of the packages' own claims, and those that were skipped."""

    results: tuple[ClaimResult, ...] = ()
    skipped: tuple[Limit, ...] = ()


def check_own_claims(
    paths: Sequence[Path], dist: Path, reporter: Reporter, *, longest: float = LONGEST_SECONDS
) -> OwnClaims:
    """Runs the tests at these paths against a dist.

    A test that fails, that cannot be read, or that does not exist is a claim that does not hold. A skipped one is named
    as not checked.

    Args:
        longest: the most seconds for each path.
    """
    found = [_run(path, dist, reporter, longest) for path in paths]
    results = [result for each in found for result in each.results]
    if found:
        changes = check_integrity(dist)
        names = (*changes.changed, *changes.missing, *changes.added)
        results.append(
            ClaimResult(
                claim="own-unchanged",
                title=UNCHANGED,
                scenario="claims of all packages",
                holds=changes.ok,
                detail="Every file is as it was built." if changes.ok else f"{len(names)} files differ.",
                evidence=names[:LINES],
            )
        )
    return OwnClaims(tuple(results), tuple(limit for each in found for limit in each.skipped))


def _run(path: Path, dist: Path, reporter: Reporter, longest: float) -> OwnClaims:
    path = path.resolve()
    root, name = _package_of(path)
    output, detail = "", "No test was run."
    began = time.monotonic()
    with temporary_folder() as folder, reporter.step(f"Claims of {name}") as meter:
        written = Path(folder) / "results.json"
        command: list[str | Path] = [sys.executable, "-P", "-m", "pytest", path, "--rootdir", root]
        command += ["--ohif-dist", dist.resolve(), "--ohif-results", written, "-p", "no:cacheprovider"]
        # Otherwise pytest shortens what it compares, and a token that is cut in two is not found.
        command += ["-vv"]
        try:
            run(command, cwd=root, env=_environment(), on_line=lambda line: meter.phase(line[:40]), longest=longest)
        except ToolFailed as error:
            output = error.details
            if time.monotonic() - began >= longest:
                detail = f"The tests were ended after {counted(round(longest), 'second')}."
        outcomes = _read(written)
    if not outcomes:
        none = Outcome(
            id=path.name,
            title=f"{path.name} states claims",
            outcome="failed",
            detail=detail,
            lines=tuple(output.splitlines()),
        )
        outcomes = (none,)
    scenario = f"claims of the package {name}"
    results = tuple(_result(each, scenario) for each in outcomes if each.outcome != "skipped")
    skipped = tuple(
        Limit(f"own:{_clean(each.id)}", _clean(each.title), _clean(each.detail), judged=False)
        for each in outcomes
        if each.outcome == "skipped"
    )
    return OwnClaims(results, skipped)


def _package_of(path: Path) -> tuple[Path, str]:
    """The folder and the name of the npm package that a file is in; without one, the file's folder and its name."""
    start = path if path.is_dir() else path.parent
    for folder in (start, *start.parents):
        try:
            name = json.loads((folder / "package.json").read_text(encoding="utf-8"))["name"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
        return folder, _clean(str(name))
    return start, _clean(start.name)


def _environment() -> Mapping[str, str]:
    """The child's variables: ours without an administrator's credentials for an archive."""
    kept = {name: value for name, value in os.environ.items() if name != HEADER_VARIABLE}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1"}


def _read(written: Path) -> tuple[Outcome, ...]:
    try:
        return OUTCOMES.validate_json(written.read_bytes())
    except (OSError, ValidationError):
        return ()


def _result(outcome: Outcome, scenario: str) -> ClaimResult:
    return ClaimResult(
        claim=f"own:{_clean(outcome.id)}",
        title=_clean(outcome.title),
        scenario=scenario,
        holds=outcome.outcome == "passed",
        detail=_clean(outcome.detail),
        evidence=tuple(_clean(line) for line in outcome.lines[-LINES:]),
    )


def _clean(text: str) -> str:
    """Text of a package as it may be shown in a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)[:LONGEST_LINE]
