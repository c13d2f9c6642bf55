"""The long form: ``python -m fuzz --seconds 600 --target recipe``, or ``nox -s fuzz -- --seconds 600``.

Runs each target for that time, several at once, and prints what it cost. An input that shows a fault is kept in the
target's corpus, where the tests find it. Exit code 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fuzz.target import CORPUS, NAMES, ROOT

WORK = ROOT / "build" / "fuzz"
KEPT = 40
"""Inputs of a target that ``--keep`` puts into its corpus at most."""

LARGEST_KEPT = 4096
"""Bytes."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--target", action="append", choices=NAMES, help="default: all; can be repeated")
    parser.add_argument("--seconds", type=int, default=600, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="targets at once")
    parser.add_argument("--keep", action="store_true", help="add the inputs that reached new code last to the corpora")
    options = parser.parse_args()
    with ThreadPoolExecutor(options.jobs) as pool:
        results = pool.map(lambda name: run(name, options.seconds, options.seed), options.target or NAMES)
        print(f"{'target':13} {'seconds':>7} {'inputs':>9} {'found':>6} {'peak MB':>7} {'slowest s':>9}", flush=True)
        held = [report(name, result) for name, result in results]
    if options.keep:
        for name in options.target or NAMES:
            keep(name)
    return 0 if all(held) else 1


def run(name: str, seconds: int, seed: int) -> tuple[str, int]:
    """Runs one target in a process of its own; its exit code."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "fuzz.guided", name, str(folder), str(seconds), str(seed)]
    with (folder / "log").open("wb") as log:
        return name, subprocess.run(command, cwd=ROOT / "tests", stdout=log, stderr=log, check=False).returncode


def report(name: str, code: int) -> bool:
    """Prints the figures of a run, and keeps the input that ended it; whether it found nothing."""
    folder = WORK / name
    figures = json.loads((folder / "figures.json").read_text()) if (folder / "figures.json").exists() else {}
    row = [figures.get(key, "-") for key in ("seconds", "inputs", "peak_memory_mb", "slowest_seconds")]
    found = len(list((folder / "found").glob("*")))
    print(f"{name:13} {row[0]:>7} {row[1]:>9} {found:>6} {row[2]:>7} {row[3]:>9}", flush=True)
    for path in folder.glob("wrong-*"):  # crash, timeout or oom
        kept = CORPUS / name / path.name.removeprefix("wrong-")[:18]
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, kept)
        print(f"  kept {kept.relative_to(ROOT)}; {folder / 'log'} says what is wrong")
    if code and not list(folder.glob("wrong-*")):
        print(f"  ended with code {code}; see {folder / 'log'}")
    return code == 0


def keep(name: str) -> None:
    """Adds the inputs that a run found last, which reach code that is hard to reach, to the corpus."""
    found = [path for path in (WORK / name / "found").glob("*") if path.stat().st_size <= LARGEST_KEPT]
    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    for path in sorted(found, key=_moment_of)[-KEPT:]:
        shutil.copyfile(path, CORPUS / name / path.name[:12])


def _moment_of(path: Path) -> int:
    return path.stat().st_mtime_ns


if __name__ == "__main__":
    sys.exit(main())
