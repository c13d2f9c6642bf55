"""DICOM files that would take much memory, or that other programs wrote wrongly, in the embedded archive."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from random import Random

import pytest
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, JPEG2000Lossless, RLELossless

from fuzz.targets.dicom import HERE, _object
from ohifbuild.verification.embedded_archive.accept import parse_accept
from ohifbuild.verification.embedded_archive.answer import DicomwebRequest, RequestRefused
from ohifbuild.verification.embedded_archive.service import Service
from ohifbuild.verification.embedded_archive.size_in_header import size_in_header

ROWS = b"\x28\x00\x10\x00US\x02\x00"


def asked(*steps: str, accept: str = "*/*", **query: str) -> DicomwebRequest:
    return DicomwebRequest(steps, tuple(query.items()), parse_accept(accept), "http://h/r")


def held(folder: Path, *objects: bytes) -> Service:
    for number, data in enumerate(objects):
        (folder / f"{number}.dcm").write_bytes(data)
    return Service(sorted(folder.iterdir()))


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEG2000Lossless])
def test_a_frame_that_would_fill_the_memory_is_refused(tmp_path: Path, syntax: UID) -> None:
    data = _object(syntax, 1)
    assert held(tmp_path, data).answer(asked(*HERE, "rendered")).type == "image/jpeg"
    columns = ROWS.replace(b"\x10\x00US", b"\x11\x00US")
    large = struct.pack("<H", 65_535)
    for tag in (ROWS, columns):
        data = data.replace(tag + struct.pack("<H", 32), tag + large)
    with pytest.raises(RequestRefused, match="damaged"):
        held(tmp_path, data).answer(asked(*HERE, "rendered"))


def test_a_stream_whose_header_states_another_size_is_not_decoded(tmp_path: Path) -> None:
    data = _object(JPEG2000Lossless, 1)
    large = data.replace(b"\0\0\0\x20", b"\0\0\xff\xff")
    assert large != data
    with pytest.raises(RequestRefused, match="damaged"):
        held(tmp_path, large).answer(asked(*HERE, "rendered"))


def test_a_stream_without_a_header_has_no_size() -> None:
    for stream in (
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xda\0\x08" + b"\0" * 20,
        b"\xff\xd8\xff\xc0\0\0",
        Random(1).randbytes(400),
    ):
        with pytest.raises(ValueError, match="no header"):
            size_in_header(stream)


def test_deflated_and_damaged_files_are_left_out(tmp_path: Path) -> None:
    good = _object(ExplicitVRLittleEndian, 1)
    assert held(tmp_path, _object(DeflatedExplicitVRLittleEndian, 1), good[:200], b"DICM" * 50).studies == ()
    assert len(held(tmp_path, good, good[:200]).studies) == 1


def test_a_value_that_breaks_the_rules_hides_no_other(tmp_path: Path) -> None:
    good = _object(ExplicitVRLittleEndian, 1)
    bad = good.replace(b"IS\x02\x001 ", b"IS\x02\x00x ").replace(b"DS\x04\x00128 ", b"DS\x04\x00nan ")
    assert bad != good
    service = held(tmp_path, bad)
    (described,) = json.loads(b"".join(service.answer(asked(*HERE, "metadata")).parts))
    assert described["00100020"]["Value"] == ["7"]
    assert "nan" not in json.dumps(described).lower()
    assert json.loads(b"".join(service.answer(asked("studies", SeriesNumber="1")).parts)) == []


def test_a_search_by_an_attribute_that_no_object_has_finds_nothing(tmp_path: Path) -> None:
    service = held(tmp_path, _object(ExplicitVRLittleEndian, 1))
    assert json.loads(b"".join(service.answer(asked("studies", **{"00091001": "x"})).parts)) == []
