"""Builds a second time under different conditions, and lists the files that differ.

The second build runs in a separate process from the same lock, with a different folder, an empty cache, and a different
time zone, locale, umask, hash seed and number of processors.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from ohifbuild.cache.entries import CACHE_VARIABLE
from ohifbuild.core.console import Reporter
from ohifbuild.core.counts import counted
from ohifbuild.core.errors import NotReproducible
from ohifbuild.core.processes import find_program, run
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.viewer.manifest import Manifest, read_manifest

SHOWN = 20
# The variables that differ. The configuration of npm and pip stays, because it names the registries.
CONDITIONS = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "LANG": "C",
    "PYTHONHASHSEED": "4242",
    "SOURCE_DATE_EPOCH": "0",
}


def check_reproducible(dist: Path, arguments: list[str], reporter: Reporter) -> None:
    """Builds again with ``arguments`` (of ``ohifbuild build``) and compares the result with ``dist``.

    Raises:
        NotReproducible: at least one file differs; ``details`` names the files.
        OhifbuildError: the second build failed.
    """
    with temporary_folder() as folder:
        again = Path(folder) / "else where" / "dist"
        env = {**os.environ, **CONDITIONS, CACHE_VARIABLE: str(Path(folder) / "cache")}
        with reporter.step("Build a second time"):
            run([*_on_one_processor(), *_umask(), *arguments, "--no-verify", "--output", str(again)], env=env)
        first, second = read_manifest(dist), read_manifest(again)
        if first.digest != second.digest:
            raise _different(first, second, dist, again)
    reporter.say(f"Both builds have the same bytes: {first.digest}")


def _umask() -> list[str | Path]:
    """A Python command that sets another umask and then runs ``ohifbuild build``."""
    program = "[sys.executable, '-P', '-m', 'ohifbuild', *sys.argv[1:]]"
    code = f"import os, sys; os.umask(0o077); os.execv(sys.executable, {program})"
    return [sys.executable, "-P", "-c", code, "build"]


def _on_one_processor() -> list[str | Path]:
    taskset = find_program("taskset")
    return [taskset, "--cpu-list", "0"] if taskset else []


def _different(first: Manifest, second: Manifest, dist: Path, again: Path) -> NotReproducible:
    names = sorted({*first.files, *second.files})
    lines = [
        f"  {name}: {_how(name, first, second)}" for name in names if first.files.get(name) != second.files.get(name)
    ]
    return NotReproducible(
        f"Two builds of the same lock differ in {len(lines)} of {counted(len(names), 'file')}.",
        cause="The result of the build depends on the machine.",
        fix="Report the difference with the names above.",
        details="\n".join([*lines[:SHOWN], *_diffoscope(dist, again, lines)]),
    )


def _how(name: str, first: Manifest, second: Manifest) -> str:
    if name not in second.files:
        return "only in the first"
    if name not in first.files:
        return "only in the second"
    one, other = first.files[name], second.files[name]
    return f"{counted(one.size, 'byte')} and {counted(other.size, 'byte')}, {one.sha256[:12]} and {other.sha256[:12]}"


def _diffoscope(dist: Path, again: Path, lines: list[str]) -> list[str]:
    """diffoscope's output for the first file that differs, if diffoscope is installed."""
    name = lines[0].strip().partition(":")[0]
    if not shutil.which("diffoscope") or not ((dist / name).is_file() and (again / name).is_file()):
        return []
    try:
        return run(["diffoscope", "--text=-", dist / name, again / name]).splitlines()[:SHOWN]
    except Exception as error:  # diffoscope's exit status is 1 if the files differ
        return getattr(error, "details", "").splitlines()[:SHOWN]
