"""DICOM files, indexed by study, series and instance.

Files are listed once, at the start. After that, UIDs are looked up, so no part of a request becomes a path.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.filereader import read_file_meta_info
from pydicom.uid import DeflatedExplicitVRLittleEndian

from ohifbuild.verification.embedded_archive.dicomjson import text_of

LONGEST_READ = 64 * 1024
"""Bytes that are read without a look at the size of the file."""


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
        with opened(self.path) as file:
            return dcmread(file)


@dataclass(frozen=True)
class HeldStudy:
    """A study: its UID, its description, and the id of its patient."""

    uid: str
    description: str
    patient: str


class Store:
    """All objects in these files. Of two with one UID, the later one is kept.

    Files that are not DICOM or are damaged are ignored, and so are deflated ones, which browsers cannot read: a small
    file could fill the memory.

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
            HeldStudy(uid, text_of(first[uid], "StudyDescription"), text_of(first[uid], "PatientID"))
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
        with opened(path) as file:
            if read_file_meta_info(path).TransferSyntaxUID == DeflatedExplicitVRLittleEndian:
                return
            head = dcmread(file, stop_before_pixels=True)
        study, series = str(head.StudyInstanceUID), str(head.SeriesInstanceUID)
        instance = str(head.SOPInstanceUID)
        syntax = str(head.file_meta.TransferSyntaxUID)
    except Exception:  # pydicom raises many kinds for a damaged file, RecursionError among them
        return
    yield Stored(path, study, series, instance, syntax, head)


class _Bounded(io.BufferedReader):
    """A file that never sets memory aside for more bytes than it has left, whatever length an element states."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LONGEST_READ:
            size = min(size, os.fstat(self.fileno()).st_size - self.tell())
        return super().read(size)


def opened(path: Path) -> io.BufferedReader:
    """The file, for reading by pydicom."""
    return _Bounded(io.FileIO(path))


def _order(stored: Stored) -> tuple[str, int, str, int, str]:
    return (
        stored.study,
        _number(stored.head, "SeriesNumber"),
        stored.series,
        _number(stored.head, "InstanceNumber"),
        stored.instance,
    )


def _number(head: Dataset, name: str) -> int:
    try:
        return int(text_of(head, name) or 0)
    except ValueError:
        return 0
