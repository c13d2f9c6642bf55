"""Checks of a machine's free disk space and memory."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ohifbuild.doctor.findings import Check, Finding

PUBLISHED_BYTES, SOURCE_BYTES = 1_000_000_000, 4_000_000_000
"""Bytes on the disk for a build of a published release, and for a build from source with its dependencies."""

PUBLISHED_MEMORY, SOURCE_MEMORY = 1_000_000_000, 2_500_000_000
"""Bytes of memory that verify's browser and a build from source use at most (docs/explanation/performance.md)."""

MEMORY_FACTS = Path("/proc/meminfo")
CGROUP_LIMIT, CGROUP_USE = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")


def free_space(name: str, title: str, folder: Path, change: str) -> Finding:
    """Whether a folder, or its nearest existing parent, can be written and has enough free space.

    Args:
        name, title: those of the check.
        folder: the folder that will be written.
        change: what to do if it cannot be used.
    """
    check = Check(name, title)
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    if not os.access(existing, os.W_OK):
        return check.wrong(f"{existing} cannot be written.", "Builds are impossible.", change)
    free = shutil.disk_usage(existing).free
    found = f"{_gigabytes(free)} are free in {existing}."
    if free < PUBLISHED_BYTES:
        return check.wrong(found, "A build of a published release needs about 1 GB.", change)
    if free < SOURCE_BYTES:
        effect = "This is enough for a published release; a build from source needs about 4 GB."
        return check.note(found, effect, change)
    return check.right(found)


def memory() -> Finding:
    """Whether there is enough memory for a browser and a bundler."""
    check = Check("memory", "Memory")
    try:
        free = available()
    except (OSError, ValueError, StopIteration):
        return check.not_checked("this system does not report it.")
    found = f"{_gigabytes(free)} are available."
    if free < PUBLISHED_MEMORY:
        effect = "The browser of ohifbuild verify needs about 1 GB; the system kills it."
        return check.wrong(found, effect, "Close other programs.")
    if free < SOURCE_MEMORY:
        return check.note(
            found,
            "A build from source needs about 2.2 GB; the system may kill it.",
            "Build a published release: ohifbuild build --from published",
        )
    return check.right(found)


def available() -> int:
    """Bytes of memory that programs can use on this machine, or in this container if its limit is lower.

    Raises:
        OSError, ValueError, StopIteration: the system does not report it.
    """
    lines = MEMORY_FACTS.read_text(encoding="ascii").splitlines()
    free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    limit = CGROUP_LIMIT.read_text(encoding="ascii").strip() if CGROUP_LIMIT.is_file() else "max"
    return free if limit == "max" else min(free, int(limit) - int(CGROUP_USE.read_text(encoding="ascii")))


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
