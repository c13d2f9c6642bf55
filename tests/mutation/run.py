"""Changes the parts that decide, one place at a time, and says which changes no test notices.

    nox -s mutate -- --part contract
    nox -s mutate -- --sample 30 --seed 7

Without ``--part`` every part is done, which takes hours. A sample is one file of Python and one of JavaScript, and
mutants of them; the seed chooses. Exit code 1 if a mutant survives that ``equivalent.txt`` does not explain.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]

from parts import JAVASCRIPT, PYTHON, Part
from python_mutants import describe, mutants, survivors


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="nox -s mutate --")
    parser.add_argument("--part", action="append", choices=[part.name for part in PYTHON + JAVASCRIPT])
    parser.add_argument("--file", help="only the files whose path contains this")
    parser.add_argument("--sample", type=int, metavar="N", help="how many mutants of one file of each language")
    parser.add_argument("--seed", default="0", help="of the sample; any text")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(words)
    unexplained = 0
    explained = equivalents()
    for part in PYTHON:
        if options.part and part.name not in options.part:
            continue
        began = time.monotonic()
        paths = [path for path in part.paths if not options.file or options.file in str(path)]
        wanted = [(path, mutant) for path in paths for mutant in mutants(path, part)]
        if options.sample:
            wanted = random.Random(options.seed).sample(wanted, min(options.sample, len(wanted)))
        print(f"{part.name}: {len(wanted)} mutants", flush=True)
        alive = survivors(part, wanted, options.jobs)
        equivalent = [found for found in alive if describe(*found) in explained]
        open_ = [found for found in alive if describe(*found) not in explained]
        unexplained += len(open_)
        print(
            f"{part.name}: {len(wanted)} mutants, {len(wanted) - len(alive)} killed, {len(equivalent)} equivalent, "
            f"{len(open_)} survived, {time.monotonic() - began:.0f} s",
            flush=True,
        )
    return min(unexplained, 1)


def equivalents() -> set[str]:
    """The names of the mutants that mean the same as the original."""
    text = (Path(__file__).parent / "equivalent.txt").read_text(encoding="utf-8")
    return {line.strip() for line in text.splitlines() if line.startswith("  ")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
