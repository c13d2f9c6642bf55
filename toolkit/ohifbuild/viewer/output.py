"""Where results go: a folder holds a whole result or is left as it was, and a dist and its evidence change together."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.core.disk import disk_errors
from ohifbuild.core.errors import OutputNotOurs
from ohifbuild.viewer.manifest import MANIFEST_NAME

SBOM_NAME = "sbom.cdx.json"
PROVENANCE_NAME = "provenance.intoto.json"
REPORT_NAMES = ("report.html", "report.json", "junit.xml")
EVIDENCE_NAMES = (*REPORT_NAMES, SBOM_NAME, PROVENANCE_NAME)


def evidence_folder(output: Path) -> Path:
    """Where the evidence about a dist is: beside it, never in it, as whoever serves the dist would publish it."""
    return _beside(output, "evidence")


def rejected_folder(output: Path) -> Path:
    """Where the evidence about a build goes that did not keep its claims and so never became the dist."""
    return _beside(output, "rejected")


def check_output(output: Path, *markers: str) -> None:
    """Refuses a folder whose contents are not ours to replace; to be called before any work.

    Args:
        markers: a folder that holds any of these files is known to be ours.

    Raises:
        OutputNotOurs: ``output`` is a file, or a folder with something in it that ohifbuild did not write.
    """
    if not output.exists() and not output.is_symlink():
        return
    marked = any((output / marker).is_file() for marker in markers)
    ours = output.is_dir() and not output.is_symlink() and (_is_empty(output) or marked)
    if not ours:
        raise OutputNotOurs(
            f"The output folder {output} is not empty, and ohifbuild did not write what is in it.",
            cause="Building there would destroy what you keep in it.",
            fix="Choose another folder with --output, or empty this one.",
        )


def check_dist_output(output: Path) -> None:
    """Refuses a place for a dist where it, or the evidence beside it, would replace what is not ours.

    Raises:
        OutputNotOurs: as ``check_output``.
    """
    check_output(output, MANIFEST_NAME)
    check_output(evidence_folder(output), *EVIDENCE_NAMES)
    check_output(rejected_folder(output), *EVIDENCE_NAMES)


@contextmanager
def staged(output: Path, marker: str) -> Iterator[Path]:
    """An empty folder beside ``output`` that replaces it when the block ends well, and vanishes when it does not.

    Raises:
        OutputNotOurs: as ``check_output``.
        CacheUnusable, DiskFull: the place cannot be written.
    """
    check_output(output, marker)
    with _staging(output) as staging:
        new = _Replacement.of(output, staging)
        yield new.new
        _replace(new)


@dataclass(frozen=True)
class StagedDist:
    """A dist and its evidence before they are in place; both are empty folders at first.

    ``final_evidence`` and ``rejected`` are where the evidence goes, the latter if the dist is rejected.
    """

    dist: Path
    evidence: Path
    final_evidence: Path
    rejected: Path

    def reject(self) -> None:
        """Puts the evidence at ``rejected``, in the place of an older one. The dist is not to be used."""
        if self.rejected.exists():
            shutil.rmtree(self.rejected)
        self.evidence.rename(self.rejected)


@contextmanager
def staged_dist(output: Path) -> Iterator[StagedDist]:
    """Folders for a dist and its evidence, which take their places together when the block ends well.

    The evidence about the dist before goes first and the new one comes last, so that whoever looks in between, or
    after a power cut, finds a dist without evidence, never with another one's. What was rejected there before goes too.

    Raises:
        OutputNotOurs: as ``check_dist_output``.
        CacheUnusable, DiskFull: the place cannot be written.
    """
    check_dist_output(output)
    with _staging(output) as staging:
        dist = _Replacement.of(output, staging)
        evidence = _Replacement.of(evidence_folder(output), staging)
        rejected = rejected_folder(output)
        yield StagedDist(dist.new, evidence.new, evidence_folder(output), rejected)
        _replace(evidence, dist)
        shutil.rmtree(rejected, ignore_errors=True)


@dataclass(frozen=True)
class _Replacement:
    """``new`` is to be put at ``final``; what stands there goes to ``old``."""

    new: Path
    final: Path
    old: Path

    @classmethod
    def of(cls, final: Path, staging: Path) -> _Replacement:
        final = final.absolute()
        (staging / "new").mkdir(exist_ok=True)
        (staging / "old").mkdir(exist_ok=True)
        new = staging / "new" / final.name
        new.mkdir(mode=0o755)
        return cls(new, final, staging / "old" / final.name)

    def take_away(self) -> None:
        if self.final.exists():
            self.final.rename(self.old)

    def put(self) -> None:
        """Puts ``new`` in place; an empty one leaves the place empty."""
        if not _is_empty(self.new):
            self.new.rename(self.final)

    def undo(self) -> None:
        """Restores what was there, however far the replacement has come."""
        if not self.new.exists():
            self.final.rename(self.new)
        if self.old.exists():
            self.old.rename(self.final)


@contextmanager
def _staging(output: Path) -> Iterator[Path]:
    """A folder on the same file system as ``output``, which is removed at the end."""
    output = output.absolute()
    with disk_errors(output.parent):
        output.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _replace(*replacements: _Replacement) -> None:
    """Takes all old folders away in this order, then puts the new ones in the opposite order; all or none of it."""
    try:
        for each in replacements:
            each.take_away()
        for each in reversed(replacements):
            each.put()
    except BaseException:
        for each in replacements:
            each.undo()
        raise


def _beside(output: Path, what: str) -> Path:
    output = output if output.name else output.absolute()
    return output.with_name(f"{output.name or 'dist'}.{what}")


def _is_empty(folder: Path) -> bool:
    return next(folder.iterdir(), None) is None
