"""Disk and memory."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ohifbuild.doctor.findings import Check, Finding

PUBLISHED_BYTES, SOURCE_BYTES = 1_000_000_000, 4_000_000_000
"""What a build takes on the disk: of a published release, and of its source with all that is installed for it."""

PUBLISHED_MEMORY, SOURCE_MEMORY = 1_000_000_000, 2_500_000_000
"""What verify's browser and a build from source take at most (docs/explanation/performance.md)."""

MEMORY_FACTS = Path("/proc/meminfo")
CGROUP_LIMIT, CGROUP_USE = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")


def room(check: str, title: str, folder: Path, change: str) -> Finding:
    """Whether a folder, or the one that it would be made in, can be written and has room."""
    about = Check(check, title)
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    if not os.access(there, os.W_OK):
        return about.wrong(f"{there} cannot be written.", "Nothing can be built.", change)
    free = shutil.disk_usage(there).free
    seen = f"{_gigabytes(free)} free in {there}"
    if free < PUBLISHED_BYTES:
        return about.wrong(f"{seen}.", "A build of a published release takes about 1 GB.", change)
    if free < SOURCE_BYTES:
        return about.note(f"{seen}.", "Enough for a published release; a build from source takes about 4 GB.", change)
    return about.right(seen)


def memory() -> Finding:
    """Whether there is memory for a browser and a bundler."""
    about = Check("memory", "Memory")
    try:
        free = available()
    except (OSError, ValueError, StopIteration):
        return about.untried("this system does not say.")
    seen = f"{_gigabytes(free)} available"
    if free < PUBLISHED_MEMORY:
        return about.wrong(f"{seen}.", "Verify's browser needs about 1 GB, and is killed.", "Close other programs.")
    if free < SOURCE_MEMORY:
        return about.note(
            f"{seen}.",
            "A build from source takes about 2.2 GB, and may be killed.",
            "Build a published release: ohifbuild build --from published",
        )
    return about.right(seen)


def available() -> int:
    """Bytes that programs can have, by this machine's account or by that of the container that we are in.

    Raises:
        OSError, ValueError, StopIteration: the system keeps no such account.
    """
    lines = MEMORY_FACTS.read_text(encoding="ascii").splitlines()
    free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    limit = CGROUP_LIMIT.read_text(encoding="ascii").strip() if CGROUP_LIMIT.is_file() else "max"
    return free if limit == "max" else min(free, int(limit) - int(CGROUP_USE.read_text(encoding="ascii")))


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
