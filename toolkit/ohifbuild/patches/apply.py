"""Puts patches into a checkout: all of them, or nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ohifbuild.core.disk import disk_errors
from ohifbuild.core.errors import OhifbuildError, PatchConflict, PatchDrift
from ohifbuild.patches.plan import plan
from ohifbuild.patches.rules import DriftRow, Patch, PatchReport
from ohifbuild.patches.source_tree import FolderTree


def apply(checkout: Path, version: str, patches: Sequence[Patch]) -> PatchReport:
    """Changes a checkout of ``version``. Changes that were made before are left as they are.

    Every edit is worked out first; files are then written beside the old ones and renamed over them, so a failure
    leaves the checkout as it was, and links to the old files (a shared store) keep the old contents.

    Raises:
        PatchDrift: a change does not fit; ``details`` shows the nearest code.
        PatchConflict: two changes touch the same node.
        PatchInvalid: a file to change is a symbolic link.
        CacheUnusable, DiskFull: the checkout cannot be written.
    """
    tree = FolderTree(checkout)
    planned = plan(tree, version, patches)
    if planned.bad:
        raise drift_error(version, planned.bad)
    with disk_errors(checkout):
        _write(tree, planned.texts)
    return PatchReport(version, planned.rows, tuple(planned.texts))


def drift_error(version: str, rows: Sequence[DriftRow]) -> OhifbuildError:
    """The error for rows that are bad."""
    details = "\n\n".join(f"{row.patch}, change {row.change}: {row.detail}" for row in rows)
    names = ", ".join(sorted({row.patch for row in rows}))
    if any(row.state == "conflict" for row in rows):
        return PatchConflict(
            f"Patches touch the same code of OHIF {version}: {names}.",
            cause="Two rules match the same node, or one within the other.",
            fix="Put both changes into one patch, or make one rule narrower.",
            details=details,
        )
    return PatchDrift(
        f"OHIF {version} is not as these patches know it: {names}.",
        cause="The code was changed or moved; nothing was written.",
        fix=f"Give the patch a rule for this release, see how it drifts: ohifbuild patch check --version {version}",
        details=details,
    )


def _write(tree: FolderTree, texts: Mapping[str, str]) -> None:
    written: list[tuple[Path, Path]] = []
    try:
        for name, text in texts.items():
            target = tree.locate(name)
            handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            written.append((Path(temporary), target))
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8"))
            Path(temporary).chmod(target.stat().st_mode & 0o777)
        for new, target in written:
            new.replace(target)
    finally:
        for new, _ in written:
            with suppress(FileNotFoundError):
                new.unlink()
