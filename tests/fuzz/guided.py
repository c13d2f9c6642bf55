"""The long form of one target: atheris (libFuzzer) changes inputs, and keeps those that reach code which none reached.

python -m fuzz.guided NAME FOLDER SECONDS SEED
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path
from random import Random

import atheris

from fuzz.limits import MEMORY, peak_memory, processor_time, time_limit
from fuzz.target import Target, load

FRESH = 0.3
"""The share of inputs that the target makes anew; the others are changes of kept ones."""

LONGEST_INPUT = 65_536
INSTRUMENTED = [
    "ohifbuild",
    "pydicom",
    "token_filter",
    "token_file",
    "bounded_json",
    "link_contract",
    "access_log",
    "tarfile",
    "tomllib",
]


class Figures:
    """What a run has cost so far, written to a file each second."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._began = self._written = time.monotonic()
        self._inputs = 0
        self._slowest, self._slowest_input = 0.0, ""

    def count(self, data: bytes, seconds: float) -> None:
        """Counts an input that took so much processor time."""
        self._inputs += 1
        if seconds > self._slowest:
            self._slowest, self._slowest_input = seconds, hashlib.sha256(data).hexdigest()[:12]
            (self._path.parent / "slowest").write_bytes(data)
        if time.monotonic() - self._written > 1:
            self._written = time.monotonic()
            self.write()

    def write(self) -> None:
        """Writes the figures."""
        figures = {
            "seconds": round(time.monotonic() - self._began),
            "inputs": self._inputs,
            "peak_memory_mb": peak_memory() >> 20,
            "slowest_seconds": round(self._slowest, 3),
            "slowest_input": self._slowest_input,
        }
        self._path.write_text(json.dumps(figures))


def run(target: Target, folder: Path, seconds: int, seed: int) -> None:
    """Runs until the time is over or something is wrong; does not return."""
    found = folder / "found"
    found.mkdir(parents=True, exist_ok=True)
    figures = Figures(folder / "figures.json")
    with target.checker() as check:

        def one(data: bytes) -> None:
            began = processor_time()
            with time_limit():
                check(data)
            figures.count(data, processor_time() - began)

        def mutate(data: bytes, longest: int, number: int) -> bytes:
            random = Random(number)
            changed = target.generate(random) if random.random() < FRESH else atheris.Mutate(data, longest)
            return bytes(changed[:longest])

        kept = [str(target.corpus[0].parent)] if target.corpus else []
        options = [
            *(
                f"-max_total_time={seconds}",
                f"-seed={seed}",
                f"-max_len={LONGEST_INPUT}",
                f"-rss_limit_mb={MEMORY >> 20}",
            ),
            *(
                "-timeout=300",
                "-report_slow_units=300",
                "-len_control=0",
                "-print_final_stats=1",
                f"-artifact_prefix={folder}/wrong-",
            ),
        ]
        atheris.Setup([sys.argv[0], *options, str(found), *kept], one, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    name, folder, seconds, seed = sys.argv[1:]
    with atheris.instrument_imports(include=INSTRUMENTED, enable_loader_override=False):
        chosen = load(name)
    run(chosen, Path(folder), int(seconds), int(seed))
