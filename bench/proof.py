"""Whether verify's result depends on the load: many runs at once, of good and of broken viewers, with slow pages.

    python bench/proof.py --runs 50 --at-once 5 --processor 4
    python bench/proof.py --broken --at-once 5 --processor 4

The first command verifies one good viewer again and again, and counts the runs in which a check fails. The second one
verifies viewers of which each lacks one rule, and counts those in which nothing was found. Both print a line for each
run, and end with exit status 1 if verify was wrong once.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from attacks import weakenings  # noqa: E402
from attacks.model import Weakening  # noqa: E402
from attacks.variants import Variants  # noqa: E402
from ohifbuild.cache.default import default_cache  # noqa: E402
from ohifbuild.core.console import SilentReporter  # noqa: E402
from ohifbuild.core.errors import OhifbuildError  # noqa: E402
from ohifbuild.verification.runner import verify  # noqa: E402
from ohifbuild.verification.stress import Stress  # noqa: E402
from ohifbuild.viewer.manifest import Manifest, hash_tree  # noqa: E402

RELEASE = "3.12.0"
BROKEN: tuple[Weakening, ...] = (
    weakenings.NATIVE_FETCH,
    weakenings.NATIVE_MEDIA,
    weakenings.REDIRECTS,
    weakenings.TWO_URLS,
    weakenings.MANY_STUDIES,
    weakenings.ANY_UID,
    weakenings.ANY_LENGTH,
    weakenings.ANY_TOKEN,
    weakenings.NO_POLICY,
    weakenings.STAYS,
    weakenings.ARRIVAL,
    weakenings.ARRIVAL_STAYS,
    weakenings.ONE_FOR_ALL,
    weakenings.LIST_IS_OPEN,
    weakenings.EVERYWHERE,
    weakenings.REFERRERS,
    weakenings.UNNAMED,
    weakenings.NO_HANDOVER,
    weakenings.NO_LAST_EXIT,
    weakenings.NATIVE_XHR,
)


@dataclass(frozen=True)
class Run:
    """One run of verify.

    Args:
        name: of the viewer.
        failures: the checks that failed, as ``scenario/claim``; or one line if verify itself failed.
        seconds: wall time.
    """

    name: str
    failures: tuple[str, ...]
    seconds: float


def viewers(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """The good viewer, named '', or the broken ones of these names."""
    variants = Variants(folder, RELEASE)
    for weakening in BROKEN if names else (None,):
        if weakening is None or weakening.name in names:
            dist = variants.dist(weakening, {"output": folder / "unused"}, page="viewer")
            Manifest(hash_tree(dist), {"release": RELEASE, "origin": "published"}).write(dist)
            yield weakening.name if weakening else "", dist


def verified(dist: Path, processor: float) -> list[str]:
    """The checks that fail in one run, in this process."""
    with tempfile.TemporaryDirectory(prefix="ohifbuild-") as folder:
        try:
            evidence = verify(
                dist,
                report_dir=Path(folder),
                cache=default_cache(),
                reporter=SilentReporter(),
                stress=Stress(processor=processor),
            )
        except OhifbuildError as error:
            return [f"{type(error).__name__}: {error} {error.cause}"]
    return [f"{each.scenario}/{each.claim}: {each.detail} {'; '.join(each.evidence[:2])}" for each in evidence.failures]


def run(name: str, dist: Path, processor: float) -> Run:
    """One run in a process of its own."""
    began = time.monotonic()
    words = [sys.executable, __file__, "--one", str(dist), "--processor", str(processor)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found = Run(name, tuple(json.loads(done.stdout)), round(time.monotonic() - began, 1))
    load = os.getloadavg()[0]
    print(f"{found.seconds:7.1f} s  load {load:5.1f}  {len(found.failures):3} failed  {name}", flush=True)
    for line in found.failures[:4]:
        print(f"            {line}", flush=True)
    return found


def main() -> int:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50, help="of the good viewer")
    parser.add_argument("--broken", action="store_true", help="verify the broken viewers, each once")
    parser.add_argument("--only", action="append", help="a broken viewer, by its name; repeatable")
    parser.add_argument("--at-once", type=int, default=5)
    parser.add_argument("--processor", type=float, default=4.0, help="how many times slower Chromium runs the pages")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(verified(options.one, options.processor)))
        return 0
    names = options.only or [weakening.name for weakening in BROKEN] if options.broken else []
    with (
        tempfile.TemporaryDirectory(prefix="ohifbuild-") as folder,
        ThreadPoolExecutor(options.at_once) as threads,
    ):
        todo = list(viewers(Path(folder), names)) * (1 if options.broken else options.runs)
        runs = list(threads.map(lambda each: run(each[0], each[1], options.processor), todo))
    wrong = [each for each in runs if bool(each.failures) != options.broken]
    print(f"{len(runs)} runs, {len(wrong)} with the wrong result")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
