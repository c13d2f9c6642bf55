"""The output folder: it holds a whole dist or is left as it was."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ohifbuild.cache import disk_errors
from ohifbuild.errors import OutputNotOurs
from ohifbuild.finish.manifest import MANIFEST_NAME


def check_output(output: Path, marker: str = MANIFEST_NAME) -> None:
    """Refuses a folder whose contents are not ours to replace; to be called before any work.

    Args:
        marker: the file by which a folder is known to be ours.

    Raises:
        OutputNotOurs: ``output`` is a file, or a folder with something in it that ohifbuild did not write.
    """
    if not output.exists() and not output.is_symlink():
        return
    ours = output.is_dir() and not output.is_symlink() and (_empty(output) or (output / marker).is_file())
    if not ours:
        raise OutputNotOurs(
            f"The output folder {output} is not empty, and ohifbuild did not write what is in it.",
            cause="Building there would destroy what you keep in it.",
            fix="Choose another folder with --output, or empty this one.",
        )


@contextmanager
def staged(output: Path, marker: str = MANIFEST_NAME) -> Iterator[Path]:
    """An empty folder beside ``output`` that replaces it when the block ends well, and vanishes when it does not.

    Raises:
        OutputNotOurs: as ``check_output``.
        CacheUnusable, DiskFull: the place cannot be written.
    """
    check_output(output, marker)
    output = output.absolute()
    with disk_errors(output.parent):
        output.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
        try:
            work = room / "new"
            work.mkdir(mode=0o755)
            yield work
            _replace(output, work, room / "old")
        finally:
            shutil.rmtree(room, ignore_errors=True)


def _replace(output: Path, new: Path, old: Path) -> None:
    """Puts ``new`` at ``output``; what stood there goes to ``old``, and comes back if that fails."""
    if output.exists():
        output.rename(old)
    try:
        new.rename(output)
    except BaseException:
        if old.exists():
            old.rename(output)
        raise


def _empty(folder: Path) -> bool:
    return next(folder.iterdir(), None) is None


def evidence_folder(output: Path) -> Path:
    """Where the report of a dist goes: beside it, never into it."""
    output = output if output.name else output.absolute()
    return output.with_name(f"{output.name or 'dist'}.evidence")
