"""Applies patches to a checkout: all of them, or none."""

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
    """Applies patches to a checkout of release ``version``. A change that was already made is left as it is.

    All edits are computed first. Each file is then written to a temporary file and renamed over the old one, so a
    failure leaves the checkout unchanged, and hard links to the old files (in a shared store) keep the old contents.

    Raises:
        PatchDrift: a change does not match the source; ``details`` shows the nearest code.
        PatchConflict: two changes change the same syntax node.
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
    """The error for the rows of changes that cannot be made: PatchConflict if there is a conflict, else PatchDrift."""
    details = "\n\n".join(f"{row.patch}, change {row.change}: {row.detail}" for row in rows)
    names = ", ".join(sorted({row.patch for row in rows}))
    if any(row.state == "conflict" for row in rows):
        return PatchConflict(
            f"Several changes match the same code of OHIF {version}: {names}.",
            cause="Two rules match the same syntax node, or one node inside the other.",
            fix="Combine both changes in one patch, or make one rule narrower.",
            details=details,
        )
    return PatchDrift(
        f"These patches do not match OHIF {version}: {names}.",
        cause="OHIF changed or moved the code; nothing was written.",
        fix=f"Add a rule for this release. Show the differences with: ohifbuild patch check --version {version}",
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
