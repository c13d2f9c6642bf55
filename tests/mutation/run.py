"""Changes the parts that decide, one place at a time, and says which changes no test notices.

    nox -s mutate -- --part contract
    nox -s mutate -- --sample 20 --seed 7
    nox -s mutate -- --explained

Without ``--part`` every part is done, which takes hours. A sample has N mutants of one file of Python and N of one of
JavaScript; the seed chooses files and mutants. ``--explained`` runs no test: it says which lines of ``equivalent.txt``
no longer name a mutant. Exit code 1 if a mutant survives that ``equivalent.txt`` does not
explain, or if ``equivalent.txt`` explains one of these files that is gone.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import random
import re
import sys
import time
from pathlib import Path

import javascript_mutants
import python_mutants
from literals import Mutant
from parts import JAVASCRIPT, PYTHON, ROOT, Part

Found = tuple[Path, Mutant]


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="nox -s mutate --")
    parser.add_argument("--part", action="append", choices=[part.name for part in PYTHON + JAVASCRIPT])
    parser.add_argument("--file", help="only files whose path this regular expression finds")
    parser.add_argument("--sample", type=int, metavar="N", help="N mutants of one file of each language")
    parser.add_argument("--seed", default="0", help="of the sample; any text")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument("--names", action="store_true", help="only name the mutants")
    parser.add_argument("--explained", action="store_true", help="only check that equivalent.txt is current")
    options = parser.parse_args(words)
    os.nice(max(0, 10 - os.nice(0)))
    chance = random.Random(options.seed)
    good = True
    explained = equivalents()
    for parts in (PYTHON, JAVASCRIPT):
        wanted = [
            dataclasses.replace(part, files=tuple(str(path.relative_to(ROOT)) for path in paths))
            for part in parts
            if part.name in (options.part or [part.name])
            and (paths := [path for path in part.paths if _is_wanted(path, options, explained)])
        ]
        if options.sample:
            wanted = [_one_file(chance, wanted)] if wanted else []
        for part in wanted:
            good &= _run(part, options, chance)
    return 0 if good else 1


def _is_wanted(path: Path, options: argparse.Namespace, explained: set[str]) -> bool:
    return re.search(options.file or "", str(path)) is not None and (
        not options.explained or _file(path) in map(_file_of, explained)
    )


def _one_file(chance: random.Random, parts: list[Part]) -> Part:
    part, file = chance.choice([(part, file) for part in parts for file in part.files])
    return dataclasses.replace(part, files=(file,))


def _run(part: Part, options: argparse.Namespace, chance: random.Random) -> bool:
    began = time.monotonic()
    language = python_mutants if part.files[0].endswith(".py") else javascript_mutants
    found = language.mutants(part)
    names = [name(one) for one in found]
    if options.names:
        print("\n".join(names))
        return True
    explained = equivalents()
    stale = {one for one in explained if _file_of(one) in map(_file, part.paths)} - set(names)
    for one in sorted(stale):
        print(f"  equivalent.txt explains what is gone: {one}")
    if options.explained:
        return not stale
    chosen = sorted(chance.sample(range(len(found)), min(options.sample or len(found), len(found))))

    def say(one: Found) -> None:
        if name(one) not in explained:
            print(f"  {one[1].at} {name(one)}", flush=True)

    if language is python_mutants:
        alive = python_mutants.survivors(part, [found[number] for number in chosen], options.jobs, say)
    else:
        alive = javascript_mutants.survivors(part, set(chosen), options.jobs, say)
    unexplained = [one for one in alive if name(one) not in explained]
    files = ", ".join(_file(path) for path in part.paths) if options.sample else f"{len(part.paths)} files"
    print(
        f"{part.name} ({files}): {len(chosen)} of {len(found)} mutants, {len(chosen) - len(alive)} killed, "
        f"{len(alive) - len(unexplained)} equivalent, {len(unexplained)} survived, {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return not unexplained and not stale


def name(found: Found) -> str:
    """A mutant's name, which holds while its place in the code stays as it is."""
    path, mutant = found
    function = python_mutants.function_of(path, mutant.at) if path.suffix == ".py" else ""
    return f"{_file(path)}{' ' if function else ''}{function}: {' '.join(mutant.change.split())}"


def _file(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _file_of(explained: str) -> str:
    return re.split("[: ]", explained)[0]


def equivalents() -> set[str]:
    """The names of the mutants that mean the same as the original."""
    text = (Path(__file__).parent / "equivalent.txt").read_text(encoding="utf-8")
    return {line.strip() for line in text.splitlines() if line.startswith("  ")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
