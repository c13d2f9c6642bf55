"""Meets each mutant of a part's JavaScript files with the template's tests, in a few Node processes."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from literals import Mutant, literal_mutants
from parts import Part

FOLDER = Path(__file__).parent / "javascript"

WAITING_SECONDS = 300
"""How long a process may say nothing. A mutant that computes for ever is ended by Stryker's count of its calls."""

Found = tuple[Path, Mutant]
Report = dict[str, Any]


def mutants(part: Part) -> list[Found]:
    """Every mutant of the part, in the order of their numbers."""
    _install()
    reports = [report for report in _reports(_job(part, names=True)) if report["outcome"] == "named"]
    return [_found(report) for report in reports]


def survivors(part: Part, chosen: set[int] | None, jobs: int, say: Callable[[Found], None]) -> list[Found]:
    """The mutants that no test notices.

    Args:
        chosen: numbers of mutants; None for all.
        say: called with each.
    """
    _install()
    alive: list[Found] = []
    faults: list[str] = []

    def work(index: int) -> None:
        done: set[int] = set()
        while True:
            last = {"outcome": "none", "change": "Node ends without a word."}
            for report in _reports(_job(part, shard=[index, jobs], skip=sorted(done), chosen=chosen)):
                last = report
                if report["outcome"] == "begins":
                    done.add(report["index"])
                if report["outcome"] == "survived":
                    alive.append(_found(report))
                    say(alive[-1])
            if last["outcome"] == "all":
                return
            if last["outcome"] != "begins":  # not silenced by a mutant
                faults.append(f"{last['outcome']}: {last['change']}")
                return

    threads = [threading.Thread(target=work, args=(index,)) for index in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise SystemExit("\n".join(faults))
    return alive


def _found(report: Report) -> Found:
    return Path(report["file"]), Mutant(report["line"], report["change"], "")


def _job(
    part: Part,
    *,
    names: bool = False,
    shard: list[int] | None = None,
    skip: list[int] | None = None,
    chosen: set[int] | None = None,
) -> Report:
    given = [
        {"file": str(path), "line": mutant.at, "change": mutant.change, "source": mutant.source}
        for path in part.paths
        if part.every_text
        for mutant in literal_mutants(path.read_text(encoding="utf-8"), path.suffix)
    ]
    return {
        "files": [str(path) for path in part.paths],
        "tests": [str(path) for path in part.test_paths],
        "given": given,
        "shard": shard or [0, 1],
        "skip": skip or [],
        "chosen": None if chosen is None else sorted(chosen),
        "names": names,
    }


def _reports(job: Report) -> Iterator[Report]:
    """What a process says; it ends early if a mutant silences it."""
    process = subprocess.Popen(
        ["node", "mutants.js"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdin is not None
    assert process.stdout is not None
    silence = threading.Timer(WAITING_SECONDS, process.kill)
    with process:
        process.stdin.write(json.dumps(job))
        process.stdin.close()
        try:
            silence.start()
            for line in process.stdout:
                silence.cancel()
                if line.startswith("{"):
                    yield json.loads(line)
                silence = threading.Timer(WAITING_SECONDS, process.kill)
                silence.start()
        finally:
            silence.cancel()
            process.kill()


def _install() -> None:
    if not (FOLDER / "node_modules").exists():
        npm = shutil.which("npm")
        assert npm is not None, "npm is not installed"
        subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--silent"], cwd=FOLDER, check=True)
