"""Disks that are full, broken, read-only or on a network: an error of ours, nothing half-written, a good next run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from faults.child import Done, Fault
from faults.kills import leftovers
from faults.world import World
from ohifbuild.core.errors import CacheUnusable, DiskFull, FileSystemFailed

# The exit status that each error of the system has to end in.
ERRORS = {
    "ENOSPC": DiskFull.exit_code,
    "EDQUOT": DiskFull.exit_code,
    "EROFS": CacheUnusable.exit_code,
    "EACCES": CacheUnusable.exit_code,
    "EIO": FileSystemFailed.exit_code,
    "ESTALE": FileSystemFailed.exit_code,
}
WITHOUT = {
    "no hard links": ("os.link", "EPERM"),
    "too many hard links": ("os.link", "EMLINK"),
    "no renaming": ("os.rename", "EXDEV"),
    "no locks": ("fcntl.flock", "ENOLCK"),
}


def check_refusal(done: Done, expected: int) -> None:
    assert done.status == expected, done.errors
    assert done.is_explained, done.errors


@pytest.mark.parametrize("error", ERRORS)
def test_a_disk_that_fails_half_way_is_named_and_the_next_run_succeeds(
    world: World, tmp_path: Path, error: str
) -> None:
    case = world.case(tmp_path / "case", world.commands["move"])
    before = case.result()
    folder = str(case.folder / ".dist-")
    done = case.run(Fault(20, error=error, lasting=True, places=(folder,)))
    check_refusal(done, ERRORS[error])
    assert case.result() == before
    assert case.run().status == 0
    assert case.result() != before
    assert not leftovers(case)


@pytest.mark.parametrize(("event", "error"), WITHOUT.values(), ids=WITHOUT)
def test_a_file_system_that_lacks_something_is_used_or_refused(
    world: World, tmp_path: Path, event: str, error: str
) -> None:
    case = world.case(tmp_path / "case", world.commands["rebuild"])
    done = case.run(Fault(1, error=error, lasting=True, events=(event,), places=(str(case.folder),)))
    if event == "os.link":
        assert done.status == 0, done.errors
    else:
        check_refusal(done, FileSystemFailed.exit_code)
        assert case.run().status == 0
    case.result()
    assert not leftovers(case)


def test_a_file_that_may_not_grow_is_a_full_disk(world: World, tmp_path: Path) -> None:
    """``RLIMIT_FSIZE`` stops real writes, at whatever call; Python reports that as EFBIG."""
    case = world.case(tmp_path / "case", world.commands["rebuild"])
    code = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); "
        "sys.argv[0] = 'ohifbuild'; runpy.run_module('ohifbuild', run_name='__main__')"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, *case.command.argv],
        cwd=case.folder, env=case.env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    check_refusal(Done(found.returncode, found.stdout, found.stderr), DiskFull.exit_code)
    assert case.run().status == 0
    assert not leftovers(case)
