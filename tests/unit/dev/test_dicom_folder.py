"""The DICOM files of a user's folder: each that cannot be shown is skipped, with the reason."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import FileDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from ohifbuild.core.errors import DicomFolderUnusable
from ohifbuild.dev import dicom_folder
from ohifbuild.dev.dicom_folder import dicom_files
from ohifbuild.testing.datasets import DicomDataset
from ohifbuild.verification.embedded_archive import EmbeddedArchive


def written(path: Path, **attributes: Any) -> FileDataset:
    made = DicomDataset()(**attributes)
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save_as(path, enforce_file_format=True)
    return made


def test_every_object_below_the_folder_is_found_and_can_be_served(tmp_path: Path) -> None:
    made = [written(tmp_path / "a" / "one"), written(tmp_path / "two.dcm", study="other")]
    found = dicom_files(tmp_path)
    assert [path.name for path in found.files] == ["two.dcm", "one"]
    assert found.skipped == ()
    assert {study.uid for study in EmbeddedArchive(found.files).studies} == {each.StudyInstanceUID for each in made}


def test_what_is_not_a_plain_file_is_skipped_and_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    written(outside / "secret.dcm")
    inside = tmp_path / "inside"
    written(inside / "good.dcm")
    (inside / "link.dcm").symlink_to(outside / "secret.dcm")
    (inside / "more").symlink_to(outside)
    os.mkfifo(inside / "pipe")
    (inside / ".hidden").write_text("x")
    found = dicom_files(inside)
    assert [path.name for path in found.files] == ["good.dcm"]
    assert found.skipped == ("link.dcm: a link", "more: a link", "pipe: not a plain file")


def deflated(path: Path) -> None:
    made = DicomDataset()()
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    made.save_as(path, enforce_file_format=True)


def nested(path: Path) -> None:
    """Sequences in sequences, deeper than any reader may go."""
    written(path)
    start = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    path.write_bytes(path.read_bytes()[:1000].partition(b"\x08\x00\x18\x00")[0] + start * 20_000)


def invalid_uid(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        written(path, StudyInstanceUID="../../etc")


def cut(path: Path) -> None:
    written(path)
    path.write_bytes(path.read_bytes()[:200])


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (lambda path: path.write_text("notes"), "not a DICOM file, or damaged"),
        (lambda path: path.write_bytes(b""), "not a DICOM file, or damaged"),
        (lambda path: path.write_bytes(b"\0" * 128 + b"DICM" + os.urandom(4096)), ""),
        (cut, ""),
        (nested, ""),
        (deflated, "its transfer syntax is deflated, which browsers cannot read"),
        (invalid_uid, "its StudyInstanceUID is missing or invalid"),
    ],
    ids=["text", "empty", "noise", "cut", "nested", "deflated", "uid"],
)
def test_a_damaged_or_hostile_file_is_skipped(tmp_path: Path, write: Any, reason: str) -> None:
    written(tmp_path / "good.dcm")
    write(tmp_path / "other.dcm")
    found = dicom_files(tmp_path)
    assert [path.name for path in found.files] == ["good.dcm"]
    (line,) = found.skipped
    assert line.startswith(f"other.dcm: {reason}")


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    written(tmp_path / "good.dcm")
    with (tmp_path / "huge.dcm").open("wb") as file:
        file.truncate(dicom_folder.LARGEST + 1)
    assert dicom_files(tmp_path).skipped == ("huge.dcm: larger than 2 GB",)


def test_files_beyond_the_limit_are_left_out_with_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicom_folder, "MOST", 2)
    for number in (1, 2, 3):
        written(tmp_path / f"{number}.dcm", number=number)
    assert dicom_files(tmp_path).skipped == ("the files after the first 2",)


def test_a_name_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    written(tmp_path / "good.dcm")
    (tmp_path / "\x1b[2J\u202eevil").write_text("x")
    assert dicom_files(tmp_path).skipped[0].startswith(r"\x1b[2J\u202eevil: ")


def test_a_folder_without_objects_is_refused_with_all_reasons(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("x")
    with pytest.raises(DicomFolderUnusable) as refused:
        dicom_files(tmp_path)
    assert (refused.value.exit_code, refused.value.details.count("not a DICOM file")) == (96, 2)


def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "one.dcm")
    with pytest.raises(DicomFolderUnusable, match="not a folder"):
        dicom_files(tmp_path / "one.dcm")
