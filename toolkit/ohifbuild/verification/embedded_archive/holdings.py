"""DICOM files, indexed by study, series and instance.

Files are listed once, at the start. After that, UIDs are looked up, so no part of a request becomes a path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.errors import InvalidDicomError


@dataclass(frozen=True)
class Stored:
    """An object: its file, its UIDs, its transfer syntax, and its dataset without pixels."""

    path: Path
    study: str
    series: str
    instance: str
    syntax: str
    head: Dataset

    def whole(self) -> FileDataset:
        """The object with its pixels, read from the file."""
        return dcmread(self.path)


@dataclass(frozen=True)
class HeldStudy:
    """A study: its UID, its description, and the id of its patient."""

    uid: str
    description: str
    patient: str


class Store:
    """All objects in these files; files that are not DICOM are ignored. Of two with one UID, the later one is kept.

    Objects are sorted by series number, instance number and UID, so that answers do not depend on the file system.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        found = {(o.study, o.series, o.instance): o for path in files for o in _read(path)}
        self._objects = tuple(sorted(found.values(), key=_order))
        self._by_instance = {(o.study, o.series, o.instance): o for o in self._objects}

    @property
    def studies(self) -> tuple[HeldStudy, ...]:
        """The studies, in the order of their UIDs."""
        first = {stored.study: stored.head for stored in reversed(self._objects)}
        return tuple(
            HeldStudy(uid, str(first[uid].get("StudyDescription", "")), str(first[uid].get("PatientID", "")))
            for uid in sorted(first)
        )

    def select(self, study: str = "", series: str = "", instance: str = "") -> tuple[Stored, ...]:
        """The objects of a study, a series or an instance; without arguments all objects."""
        if instance:
            found = self._by_instance.get((study, series, instance))
            return (found,) if found else ()
        return tuple(
            stored
            for stored in self._objects
            if (not study or stored.study == study) and (not series or stored.series == series)
        )


def _read(path: Path) -> Iterator[Stored]:
    try:
        head = dcmread(path, stop_before_pixels=True)
        yield Stored(
            path=path,
            study=str(head.StudyInstanceUID),
            series=str(head.SeriesInstanceUID),
            instance=str(head.SOPInstanceUID),
            syntax=str(head.file_meta.TransferSyntaxUID),
            head=head,
        )
    except (InvalidDicomError, AttributeError):
        return


def _order(stored: Stored) -> tuple[str, int, str, int, str]:
    head = stored.head
    return (
        stored.study,
        int(head.get("SeriesNumber") or 0),
        stored.series,
        int(head.get("InstanceNumber") or 0),
        stored.instance,
    )
