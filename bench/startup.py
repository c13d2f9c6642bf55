"""Measures start-up: `ohifbuild --version`, `ohifbuild --help` and `import ohifbuild`, against `python -c pass`.

    python bench/startup.py [--runs 20]

Each round runs all four in turn; the figures are medians in seconds, and ratios to `python -c pass` of the same round.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("ohifbuild"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import ohifbuild": [sys.executable, "-c", "import ohifbuild"],
    "ohifbuild --version": [PROGRAM, "--version"],
    "ohifbuild --help": [PROGRAM, "--help"],
}


def seconds_of(command: list[str]) -> float:
    """Wall time of one run."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Measures and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    for command in COMMANDS.values():  # the first run writes byte code
        seconds_of(command)
    rounds = [{name: seconds_of(command) for name, command in COMMANDS.items()} for _ in range(runs)]
    base = next(iter(COMMANDS))
    for name in COMMANDS:
        seconds = statistics.median(each[name] for each in rounds)
        ratio = statistics.median(each[name] / each[base] for each in rounds)
        print(f"{name:<22} {seconds:.3f} s   {ratio:5.2f}")


if __name__ == "__main__":
    main()
