"""Finds the DICOM files of a user's folder. Nothing in the folder is trusted: a file that is not plain is skipped."""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydicom import dcmread
from pydicom.filereader import read_preamble
from pydicom.uid import DeflatedExplicitVRLittleEndian

from ohifbuild.contract.request import UID
from ohifbuild.core.errors import DicomFolderUnusable

LARGEST = 2 * 1000**3
"""Bytes of a file; a browser cannot hold larger ones in one piece."""

MOST = 20_000
"""Files that are looked at."""

LONGEST_ELEMENT = 64 * 1024
"""Bytes of an element that are read at once; larger ones stay in the file."""

SHOWN = 20


@dataclass(frozen=True)
class DicomFiles:
    """The files that can be shown, and why each of the others was skipped."""

    files: tuple[Path, ...]
    skipped: tuple[str, ...] = field(default=())

    @property
    def notes(self) -> tuple[str, ...]:
        """The reasons as lines, at most ``SHOWN`` of them."""
        more = len(self.skipped) - SHOWN
        return (*self.skipped[:SHOWN], *((f"and {more} more",) if more > 0 else ()))


def dicom_files(folder: Path) -> DicomFiles:
    """Looks through a folder and the folders in it; links are not followed.

    Raises:
        DicomFolderUnusable: it is no folder, or holds no DICOM object that can be shown.
    """
    found, skipped = list[Path](), list[str]()
    if not folder.is_dir():
        raise DicomFolderUnusable(
            f"{folder} is not a folder.",
            cause="The path is mistyped, or it is a single file.",
            fix="Name a folder of DICOM files: ohifbuild dev --dicom FOLDER",
        )
    for number, path in enumerate(_walk(folder)):
        if number == MOST:
            skipped.append(f"the files after the first {MOST}")
            break
        reason = _reason_to_skip(path)
        if reason:
            skipped.append(f"{ascii(str(path.relative_to(folder)))[1:-1]}: {reason}")
        else:
            found.append(path)
    files = DicomFiles(tuple(found), tuple(skipped))
    if not found:
        raise DicomFolderUnusable(
            f"{folder} holds no DICOM object that can be shown.",
            cause="It is another folder, or its files are of another format.",
            fix="Name a folder of DICOM files, or leave --dicom out for made-up studies.",
            details="\n".join(f"  {line}" for line in files.notes),
        )
    return files


def _walk(folder: Path) -> Iterator[Path]:
    """Files and links of a folder, in order; hidden ones are left out."""
    for parent, folders, names in os.walk(folder, onerror=None):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        for name in sorted((*links, *(name for name in names if not name.startswith(".")))):
            yield Path(parent) / name


def _reason_to_skip(path: Path) -> str:
    """Why a file cannot be shown; '' if it can."""
    try:
        facts = path.lstat()
        if stat.S_ISLNK(facts.st_mode):
            return "a link"
        if not stat.S_ISREG(facts.st_mode):
            return "not a plain file"
        if facts.st_size > LARGEST:
            return f"larger than {LARGEST // 1000**3} GB"
        return _reason_in_file(path)
    except OSError as error:
        return error.strerror or type(error).__name__


def _reason_in_file(path: Path) -> str:
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns with values of the file, which are not for a terminal
        try:
            read_preamble(file, force=False)
            file.seek(0)
            head = dcmread(file, stop_before_pixels=True, defer_size=LONGEST_ELEMENT, specific_tags=list(_WANTED))
            values = {name: str(head.get(name, "")) for name in _WANTED}
            syntax = head.file_meta.get("TransferSyntaxUID")
        except OSError:
            raise
        except Exception:  # pydicom raises many kinds for a damaged file, RecursionError among them
            return "not a DICOM file, or damaged"
    wrong = [name for name, value in values.items() if not UID.fullmatch(value)]
    if wrong:
        return f"its {wrong[0]} is missing or invalid"
    if syntax is None:
        return "its transfer syntax is missing"
    if syntax == DeflatedExplicitVRLittleEndian:
        return "its transfer syntax is deflated, which browsers cannot read"
    return ""


_WANTED = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
