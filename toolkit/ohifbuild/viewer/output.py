"""Output folders: a folder is replaced as a whole or not at all, and a dist and its evidence are replaced together."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.core.disk import place_errors, require_writable
from ohifbuild.core.errors import OutputNotOurs
from ohifbuild.core.exchange import exchanged
from ohifbuild.core.paths import is_taken
from ohifbuild.viewer.manifest import MANIFEST_NAME
from ohifbuild.viewer.staging import remove_leftovers, staging

SBOM_NAME = "sbom.cdx.json"
PROVENANCE_NAME = "provenance.intoto.json"
REPORT_NAMES = ("report.html", "report.json", "junit.xml")
EVIDENCE_NAMES = (*REPORT_NAMES, SBOM_NAME, PROVENANCE_NAME)


def evidence_folder(output: Path) -> Path:
    """The folder of the evidence about a dist: beside the dist, so that a server of the dist does not publish it."""
    return _beside(output, "evidence")


def rejected_folder(output: Path) -> Path:
    """The folder of the evidence about a build that failed its claims and therefore did not become the dist."""
    return _beside(output, "rejected")


def check_output(output: Path, *markers: str) -> None:
    """Checks, before a build starts, that the output folder may be replaced.

    Args:
        output: the folder.
        markers: a folder with any of these files was written by ohifbuild.

    Raises:
        OutputNotOurs: ``output`` is a file or a link, or it has contents that ohifbuild did not write.
        CacheUnusable: ``output`` is no possible path of a folder.
    """
    with place_errors(output):
        kind = _kind(output, markers)
    if kind:
        raise OutputNotOurs(
            f"The output folder {output} {kind}.",
            cause="A build replaces the folder as a whole, and would delete what is there.",
            fix="Choose another folder with --output, or remove this one.",
        )


def _kind(output: Path, markers: Iterable[str]) -> str:
    """What the path is, if it may not be replaced; '' if it may."""
    if not is_taken(output):
        return ""
    if output.is_symlink():
        return "is a symbolic link"
    if not output.is_dir():
        return "is a file"
    if _is_empty(output) or any((output / marker).is_file() for marker in markers):
        return ""
    return "is not empty, and ohifbuild did not write its contents"


def check_dist_output(output: Path) -> None:
    """Checks that the folders of a dist and of its evidence may be replaced, and can be.

    A dist that a killed process had moved away is put back first.

    Raises:
        OutputNotOurs: as in ``check_output``.
        CacheUnusable, DiskFull: a folder cannot be written there.
    """
    remove_leftovers(output)
    check_output(output, MANIFEST_NAME)
    check_output(evidence_folder(output), *EVIDENCE_NAMES)
    check_output(rejected_folder(output), *EVIDENCE_NAMES)
    require_writable(output)


@contextmanager
def staged(output: Path, marker: str, mounted: Iterable[str] = ()) -> Iterator[Path]:
    """An empty folder that replaces ``output`` if the block succeeds, and is deleted if it fails.

    On Linux there is no moment without ``output``, and a process that is killed leaves the old folder or the new one.

    Args:
        output: the folder.
        marker: a folder with this file was written by ohifbuild.
        mounted: folders in ``output`` that a container may have mounted. A mount follows the folder, not its name; so
            where the new folder has one of this name too, the old one takes its place.

    Raises:
        OutputNotOurs: as in ``check_output``.
        CacheUnusable, DiskFull: the folder cannot be written.
    """
    check_output(output, marker)
    with staging(output) as folder:
        new = _Replacement.of(output, folder)
        yield new.new
        if not (new.final.exists() and exchanged(new.new, new.final)):
            _replace(new)
            return
        for name in mounted:
            if (new.new / name).is_dir() and (new.final / name).is_dir():
                exchanged(new.new / name, new.final / name)


@dataclass(frozen=True)
class StagedDist:
    """The temporary folders of a dist and its evidence; both start empty.

    The evidence is moved to ``final_evidence``, or to ``rejected`` if the dist is rejected.
    """

    dist: Path
    evidence: Path
    final_evidence: Path
    rejected: Path

    def reject(self) -> None:
        """Moves the evidence to ``rejected`` and replaces older evidence there. The dist must not be used."""
        if self.rejected.exists():
            shutil.rmtree(self.rejected)
        self.evidence.rename(self.rejected)


@contextmanager
def staged_dist(output: Path) -> Iterator[StagedDist]:
    """Temporary folders for a dist and its evidence, which replace the old ones together if the block succeeds.

    The old evidence is removed first and the new evidence is written last. So in between, or after a power failure, a
    dist has no evidence, but never the evidence about another dist. An older ``rejected`` folder is removed too.

    Raises:
        OutputNotOurs: as in ``check_dist_output``.
        CacheUnusable, DiskFull: the folders cannot be written.
    """
    check_dist_output(output)
    with staging(output) as folder:
        dist = _Replacement.of(output, folder)
        evidence = _Replacement.of(evidence_folder(output), folder)
        rejected = rejected_folder(output)
        yield StagedDist(dist.new, evidence.new, evidence_folder(output), rejected)
        _replace(evidence, dist)
        shutil.rmtree(rejected, ignore_errors=True)


@dataclass(frozen=True)
class _Replacement:
    """Moves ``final`` to ``old``, and ``new`` to ``final``."""

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

    def remove_old(self) -> None:
        if self.final.exists():
            self.final.rename(self.old)

    def install_new(self) -> None:
        """Moves ``new`` to ``final``, unless ``new`` is empty."""
        if not _is_empty(self.new):
            self.new.rename(self.final)

    def undo(self) -> None:
        """Restores the old folder, whichever steps were done."""
        if not self.new.exists():
            self.final.rename(self.new)
        if self.old.exists():
            self.old.rename(self.final)


def _replace(*replacements: _Replacement) -> None:
    """Removes all old folders in this order, then moves the new ones in the opposite order: all or none of them."""
    try:
        for each in replacements:
            each.remove_old()
        for each in reversed(replacements):
            each.install_new()
    except BaseException:
        for each in replacements:
            each.undo()
        raise


def _beside(output: Path, what: str) -> Path:
    output = output if output.name else output.absolute()
    return output.with_name(f"{output.name or 'dist'}.{what}")


def _is_empty(folder: Path) -> bool:
    return next(folder.iterdir(), None) is None
