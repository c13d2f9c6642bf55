"""Eight builds, two prunes, lock upgrades and a shared store use one cache at once; three of the builds are killed.

    python bench/shared_cache.py [--version 3.12.0] [--rounds 1] [--seed 1]

Then each dist must be whole, equal recipes must have equal dists, the cache must be what one build alone makes of it,
and the next builds must leave nothing of the killed ones. Exit status 1: that is not so.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from ohifbuild.core.errors import CacheInUse
from ohifbuild.viewer.manifest import check_integrity, hash_tree, read_manifest

PUBLIC_URLS = ("/", "/", "/", "/ward/", "/ward/", "/icu/", "/er/", "/")
"""Of the builds: some are equal, some differ."""

MOMENTS = (
    "  cache ",
    "Download @ohif/app",
    "Unpack @ohif/app",
    "Minify",
    "Compress",
)
"""Beginnings of lines of a build; the first build that prints such a line can be killed at that moment."""

KILLED = 3
META = "meta.json"


@dataclass
class Round:
    """What happened in a round."""

    killed: list[str] = field(default_factory=list)
    prunes: dict[int, int] = field(default_factory=dict)
    """How many prunes ended with each exit status."""

    upgrades: int = 0
    digests: dict[str, set[str]] = field(default_factory=dict)
    """Of the dists, by public URL."""

    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where a round runs.

    Args:
        folder: for everything.
        version: the release, of the published origin.
        env: the environment of the builds.
    """

    folder: Path
    version: str
    env: Mapping[str, str]

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def output(self, number: int) -> Path:
        return self.folder / "outputs" / f"dist-{number}"

    def start(self, *words: str | Path, cache: Path | None = None) -> subprocess.Popen[str]:
        """Starts ``ohifbuild``; its output and its errors come together."""
        env = {**os.environ, **self.env, "OHIFBUILD_CACHE": str(cache or self.cache)}
        env |= {"OHIFBUILD_STORE": str(self.folder / "store")} if cache is None else {}
        return subprocess.Popen(
            [sys.executable, "-m", "ohifbuild", *map(str, words)],
            cwd=self.folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def build(self, public_url: str, output: Path, cache: Path | None = None) -> subprocess.Popen[str]:
        """Starts a build that is not verified."""
        words = ("--version", self.version, "--from", "published", "--no-verify", "--public-url", public_url)
        return self.start("build", *words, "--output", output, cache=cache)


def run(place: Place, seed: int, beside: int | None = None) -> Round:
    """One round in an empty folder.

    Args:
        seed: decides at which moments builds are killed.
        beside: how many prunes, twice, and upgrades there are; None for as many as there is time for.
    """
    found, moments = Round(), random.Random(seed).sample(MOMENTS, KILLED)
    (place.folder / "upgrade").mkdir()
    (place.folder / "upgrade" / "ohifbuild.toml").write_text('version = "v3-stable"\nfrom = "published"\n')
    guard, ended = threading.Lock(), threading.Event()

    def built(number: int) -> tuple[int, int, str]:
        lines = []
        with place.build(PUBLIC_URLS[number], place.output(number)) as child:
            assert child.stdout is not None
            for line in child.stdout:
                lines.append(line)
                with guard:
                    moment = next((each for each in moments if line.startswith(each)), None)
                    if moment:
                        moments.remove(moment)
                        found.killed.append(f"{number}: {moment.strip()}")
                        child.kill()
        return number, child.returncode, "".join(lines)

    def times() -> Iterator[int]:
        for number in count():
            if number == beside or (ended.is_set() and beside is None):
                return
            yield number

    def pruned() -> None:
        for _ in times():
            with place.start("cache", "prune", "--all") as child:
                said = child.communicate()[0]
            with guard:
                found.prunes[child.returncode] = found.prunes.get(child.returncode, 0) + 1
                if child.returncode not in (0, CacheInUse.exit_code):
                    found.wrong.append(f"A prune ended with {child.returncode}: {said}")

    def upgraded() -> None:
        for _ in times():
            with place.start("lock", "--upgrade", "--recipe", "upgrade/ohifbuild.toml") as child:
                said = child.communicate()[0]
            found.upgrades += 1
            if child.returncode:
                found.wrong.append(f"An upgrade ended with {child.returncode}: {said}")

    with ThreadPoolExecutor(len(PUBLIC_URLS) + 3) as pool:
        others = [pool.submit(pruned), pool.submit(pruned), pool.submit(upgraded)]
        results = list(pool.map(built, range(len(PUBLIC_URLS))))
        ended.set()
        for each in others:
            each.result()
    again = [number for number, status, _ in results if status == -9]
    found.wrong += [f"Build {number} ended with {status}: {said}" for number, status, said in results if status > 0]
    if len(again) != KILLED:
        found.wrong.append(f"{len(again)} builds were killed.")
    _look(place, found, [number for number, status, _ in results if status == 0])
    _run_again(place, found, again)
    return found


def _look(place: Place, found: Round, numbers: list[int]) -> None:
    """Looks at dists: whole, and what their manifests say."""
    for number in numbers:
        dist = place.output(number)
        if not check_integrity(dist).ok:
            found.wrong.append(f"Dist {number} is not what its manifest says.")
        found.digests.setdefault(PUBLIC_URLS[number], set()).add(read_manifest(dist).digest)


def _run_again(place: Place, found: Round, again: list[int]) -> None:
    """Repeats the builds that were killed; then nothing of them may be left, and the cache must be as of one build."""
    for number in again:
        if place.output(number).exists():
            _look(place, found, [number])
        with place.build(PUBLIC_URLS[number], place.output(number)) as child:
            said = child.communicate()[0]
        if child.returncode:
            found.wrong.append(f"Build {number} after its kill: {said}")
        else:
            _look(place, found, [number])
    alone = place.folder / "alone"
    with place.build("/", place.folder / "alone-dist", cache=alone) as child:
        child.communicate()
    found.digests.setdefault("/", set()).add(read_manifest(place.folder / "alone-dist").digest)
    found.wrong += [f"{url} has {len(all_)} digests." for url, all_ in found.digests.items() if len(all_) != 1]
    found.wrong += [f"{name} is left." for name in leftovers(place)]
    expected, got = _entries(alone), _entries(place.cache)
    found.wrong += [f"{name} is damaged." for name in expected.keys() & got.keys() if expected[name] != got[name]]
    found.wrong += [f"{name} is not in the cache." for name in expected.keys() - got.keys()]


def leftovers(place: Place) -> Iterator[str]:
    """What killed builds left: temporary folders, locks, processes."""
    for found in (*place.cache.glob("*/.*.work-*"), *(place.folder / "outputs").glob(".*")):
        yield str(found.relative_to(place.folder))
    for lock in place.cache.glob("*/.*.lock"):
        try:
            FileLock(lock).acquire(timeout=0).lock.release()
        except Timeout:
            yield f"{lock.relative_to(place.folder)}, locked,"
    marker = f"OHIFBUILD_CACHE={place.cache}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if marker in (process / "environ").read_bytes().split(b"\0"):
                yield f"The process {(process / 'cmdline').read_bytes().replace(bytes(1), b' ').decode()}"
        except OSError:  # it has ended, or belongs to another user
            continue


def _entries(cache: Path) -> dict[str, object]:
    """The files of each entry with their digests, by kind and key, without those that name their temporary folder."""
    folders = (path for path in cache.glob("*/*") if path.is_dir() and not path.name.startswith("."))
    return {
        path.relative_to(cache).as_posix(): {name: entry for name, entry in hash_tree(path).items() if name != META}
        for path in folders
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--version", default="3.12.0")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong = 0
    for seed in range(options.seed, options.seed + options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            found = run(Place(Path(folder), options.version, {}), seed)
        wrong += len(found.wrong)
        facts = {"killed": found.killed, "prunes": found.prunes, "upgrades": found.upgrades, "wrong": found.wrong}
        print(json.dumps({"seed": seed, **facts}, indent=2), flush=True)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
