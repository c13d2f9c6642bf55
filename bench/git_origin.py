"""Measures a build from source and OHIF's documented steps, one after the other on the same machine.

    python bench/git_origin.py [--source URL] [--version v3-stable] [--tree FOLDER] [--json FILE]

Documented: ``git clone``, ``yarn install --frozen-lockfile``, ``yarn build``. Ours: ``ohifbuild build --from git`` with
an empty cache, then without changes, then with one more patch, with the seconds of each step. Each way has its own
cache of packages, which starts empty.
Memory is the resident set of all processes of a step together, sampled five times a second. Ratios are ours divided by
OHIF's. If the source is a mirror without the whole history, ``--tree`` names a checkout that replaces OHIF's clone; the
clone then counts as zero.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ohifbuild.cache.default import default_root
from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import TerminalReporter
from ohifbuild.releases.catalogue import ReleasePin, catalogue, find_release
from ohifbuild.tools.package_managers import package_manager
from ohifbuild.tools.toolchain import NodeTools, node_tools

PAGE = os.sysconf("SC_PAGE_SIZE")
SAMPLE_SECONDS = 0.2
DOCUMENTED_MANAGER = "yarn@1.22.22"
STEP = re.compile(r"^(\S.*?) {2,}([\d.]+) s$", re.MULTILINE)
PATCH = """
name = "bench"
reason = "A change without effect, to measure the cost of a change."
releases = ">=3.5 <3.13"

[[change]]
files = ["platform/app/src/appInit.js"]
matches = 1
rule.pattern = "modesById.add(id)"
fix = "modesById.add(String(id))"

[[change.after]]
matches = 1
rule.pattern = "modesById.add(String(id))"
"""


@dataclass(frozen=True)
class Cost:
    """Wall time and processor time of all child processes in seconds, and peak memory in bytes."""

    seconds: float
    cpu: float
    memory: int

    def plus(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, self.cpu + other.cpu, max(self.memory, other.memory))


def measured(title: str, argv: Sequence[str | Path], cwd: Path, env: dict[str, str]) -> Cost:
    """Runs a command to its end and measures it; exits if the command fails."""
    started, before, peak = time.monotonic(), os.times(), 0
    with tempfile.TemporaryFile("w+") as log:
        child = subprocess.Popen(
            [str(part) for part in argv], cwd=cwd, env=env, stdout=log, stderr=log, start_new_session=True
        )
        while child.poll() is None:
            peak = max(peak, resident(child.pid))
            time.sleep(SAMPLE_SECONDS)
        if child.returncode:
            log.seek(0)
            sys.exit(f"{title} failed:\n{log.read()[-3000:]}")
        log.seek(0)
        steps = STEP.findall(log.read())
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    cost = Cost(time.monotonic() - started, cpu, peak)
    print(f"{title:<42}{cost.seconds:8.1f} s{cost.cpu:9.1f} s CPU{cost.memory / 1e9:8.2f} GB", flush=True)
    for name, seconds in steps:
        print(f"    {name:<38}{float(seconds):8.1f} s", flush=True)
    return cost


def resident(root: int) -> int:
    """The resident memory, in bytes, of a process and all its descendants, also those in other sessions."""
    parents: dict[int, int] = {}
    pages: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # the process has ended meanwhile
            continue
        number = int(stat.parent.name)
        parents[number], pages[number] = int(fields[1]), int(fields[21])
    family = {root}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return PAGE * sum(pages.get(number, 0) for number in family)


def documented(source: str, pin: ReleasePin, cloned: Path | None, work: Path, yarn: Path) -> tuple[Cost, Path]:
    """Runs OHIF's documented steps; returns their cost and the dist."""
    tree = work / "Viewers"
    env = {**os.environ, "PATH": f"{yarn}{os.pathsep}{os.environ['PATH']}", "YARN_CACHE_FOLDER": str(work / "yarn")}
    env |= {"CYPRESS_INSTALL_BINARY": "0", "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1", "GIT_LFS_SKIP_SMUDGE": "1"}
    if cloned:
        shutil.copytree(cloned, tree, symlinks=True)
        cost = Cost(0, 0, 0)
    else:
        cost = measured("OHIF: git clone", ["git", "clone", "--branch", pin.tag, source, tree], work, env)
    cost = cost.plus(measured("OHIF: yarn install", ["yarn", "install", "--frozen-lockfile"], tree, env))
    cost = cost.plus(measured("OHIF: yarn build", ["yarn", "build"], tree, env))
    return cost, tree / "platform/app/dist"


def ours(title: str, source: str, pin: ReleasePin, work: Path, *options: str | Path) -> Cost:
    command: list[str | Path] = [
        Path(sys.executable).parent / "ohifbuild",
        "build",
        "--from",
        "git",
        "--no-verify",
    ]
    where: list[str | Path] = ["--source", source, "--version", pin.version, "--output", work / "dist"]
    env = {**os.environ, "OHIFBUILD_CACHE": str(work / "cache")}
    return measured(f"ohifbuild: {title}", [*command, *where, *options], work, env)


def script_bytes(dist: Path) -> int:
    return sum(path.stat().st_size for path in dist.glob("*.js"))


def yarn_folder(manager: str, tools: NodeTools, cache: Cache, work: Path) -> Path:
    """A folder for the PATH with the same ``yarn`` that ohifbuild uses."""
    reporter = TerminalReporter()
    words = package_manager(manager, tools, cache, offline=False, reporter=reporter)
    folder = work / "bin"
    folder.mkdir()
    (folder / "yarn").write_text("#!/bin/sh\nexec " + " ".join(f"'{word}'" for word in words) + ' "$@"\n')
    (folder / "yarn").chmod(0o755)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", default=catalogue().source)
    parser.add_argument("--version", default="v3-stable")
    parser.add_argument("--tree", type=Path, help="a checkout of the release, instead of OHIF's clone")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    arguments = parser.parse_args()
    pin, cache = find_release(arguments.version, catalogue()), Cache(default_root())
    with tempfile.TemporaryDirectory(prefix="ohifbuild-bench-") as name:
        work = Path(name)
        tools = node_tools(cache, TerminalReporter(), needs=pin.node)
        theirs, dist = documented(
            arguments.source, pin, arguments.tree, work, yarn_folder(DOCUMENTED_MANAGER, tools, cache, work)
        )
        (work / "patches" / "bench").mkdir(parents=True)
        (work / "patches" / "bench" / "patch.toml").write_text(PATCH)
        cold = ours("empty cache", arguments.source, pin, work)
        size = script_bytes(work / "dist") / script_bytes(dist)
        same = ours("no changes", arguments.source, pin, work)
        patched = ours("one more patch", arguments.source, pin, work, "--patches", work / "patches")
    ratios = {
        "cold, wall time": cold.seconds / theirs.seconds,
        "cold, processor time": cold.cpu / theirs.cpu,
        "cold, peak memory": cold.memory / theirs.memory,
        "one more patch, wall time": patched.seconds / theirs.seconds,
        "JavaScript size": size,
    }
    for title, ratio in ratios.items():
        print(f"{title:<42}{ratio:8.2f}")
    if arguments.json:
        costs = {"ohif": theirs, "cold": cold, "nothing changed": same, "one more patch": patched}
        figures = {
            "version": pin.version,
            "costs": {key: asdict(cost) for key, cost in costs.items()},
            "ratios": ratios,
        }
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
