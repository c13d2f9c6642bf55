"""A folder of DICOM files, indexed by study, series and instance.

Files are listed once, at the start. After that, UIDs are looked up, so no part of a request becomes a path.
"""

from __future__ import annotations

from collections.abc import Iterator
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


class Store:
    """All objects in a folder; files that are not DICOM are ignored.

    Objects are sorted by series number, instance number and UID, so that answers do not depend on the file system.
    """

    def __init__(self, folder: Path) -> None:
        found = (stored for path in sorted(folder.rglob("*")) if path.is_file() for stored in _read(path))
        self._objects = tuple(sorted(found, key=_order))
        self._by_instance = {(o.study, o.series, o.instance): o for o in self._objects}

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
