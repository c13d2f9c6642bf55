"""DICOM files: the embedded archive answers about any file, with its contents or with a sentence."""

from __future__ import annotations

import io
import json
import re
import struct
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    MPEG4HP41,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from fuzz.spoil import spoilt
from fuzz.target import Check
from ohifbuild.verification.dataset.encode import set_pixels, set_video
from ohifbuild.verification.embedded_archive.accept import parse_accept
from ohifbuild.verification.embedded_archive.answer import DicomwebRequest, RequestRefused
from ohifbuild.verification.embedded_archive.service import Service

STUDY, SERIES, INSTANCE = "1.2.3", "1.2.3.4", "1.2.3.4.5"
SYNTAXES = (
    *(ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless, JPEGBaseline8Bit, JPEGLosslessSV1, JPEGLSLossless),
    *(JPEG2000Lossless, DeflatedExplicitVRLittleEndian, MPEG4HP41),
)
HERE = ("studies", STUDY, "series", SERIES, "instances", INSTANCE)
PATHS = (
    *(
        ("studies",),
        ("series",),
        ("instances",),
        ("studies", STUDY),
        ("studies", STUDY, "metadata"),
        ("studies", STUDY, "thumbnail"),
    ),
    *(
        (*HERE, *rest)
        for rest in (
            ("metadata",),
            ("rendered",),
            ("frames", "1"),
            ("frames", "1,2"),
            ("bulk", "7fe00010"),
            ("thumbnail",),
        )
    ),
    *((*HERE, "bulk", "00081140", "1", "00420011"), (*HERE, "frames", "2", "rendered")),
)
ACCEPTS = ("*/*", "multipart/related; type=application/octet-stream", "image/png")
QUERY = (("PatientName", "*a*"), ("StudyDate", "2000-2020"), ("includefield", "00081140"), ("SeriesNumber", "1"))
WORDS = (
    *(
        b"\xff\xff\xff\xff",
        b"\xff\xff\xff\x7f",
        b"\0\0\0\0",
        b"SQ\0\0",
        b"OB\0\0",
        b"UN\0\0",
        b"\xfe\xff\x00\xe0",
        b"\xfe\xff\x0d\xe0",
    ),
    *(
        b"\x28\x00\x10\x00US\x02\x00\xff\xff",
        b"\x28\x00\x11\x00US\x02\x00\xff\xff",
        b"\x28\x00\x08\x00IS\x0a\x00999999999 ",
        b"DS",
        b"IS",
    ),
    *(
        b"FL\x04\x00\0\0\xc0\x7f",
        b"\xe0\x7f\x10\x00",
        b"\xff\xc3",
        b"\xff\xd8",
        b"\xff\x4f\xff\x51",
        b"1.2.840.10008.1.2.5\0",
        b"\\",
        b"nan",
    ),
)


def generate(random: Random) -> bytes:
    syntax = random.choice(SYNTAXES)
    data = _object(syntax, random.choice((1, 1, 3)))
    if random.random() < 0.2:  # of another syntax than it says
        data = data.replace(_padded(syntax), _padded(random.choice((*SYNTAXES, "1.2.840.10008.1.2.2", "1.2"))), 1)
    if random.random() < 0.2:  # a large image in few bytes
        sizes = struct.pack("<H", random.choice((0, 1, 31, 4096, 32_768, 65_535)))
        data = re.sub(rb"(\x28\x00[\x10\x11]\x00US\x02\x00)..", lambda found: found[1] + sizes, data, flags=re.DOTALL)
        if random.random() < 0.5:  # and in the header of the stream
            data = data.replace(b"\x00\x20\x00\x20", sizes[::-1] * 2).replace(b"\0\0\0\x20", b"\0\0" + sizes[::-1])
    return spoilt(random, data, WORDS) if random.random() < 0.8 else data


def _padded(syntax: str) -> bytes:
    text = syntax.encode() + b"\0" * (len(syntax) % 2)
    return b"UI" + struct.pack("<H", len(text)) + text


@contextmanager
def checker() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of each odd value
        path = Path(folder) / "a.dcm"

        def check(data: bytes) -> None:
            path.write_bytes(data)
            service = Service([path])
            assert len(service.studies) <= 1
            for number, steps in enumerate(PATHS):
                request = DicomwebRequest(
                    steps, QUERY if steps == ("studies",) else (), parse_accept(ACCEPTS[number % 3]), "http://h/r"
                )
                try:
                    answer = service.answer(request)
                    body = b"".join(answer.parts)
                except RequestRefused as refused:
                    assert refused.text
                    continue
                if answer.type.endswith("json"):
                    json.loads(body, parse_constant=_not_json)

        yield check


def _not_json(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


@cache
def _object(syntax: UID, frames: int) -> bytes:
    """A small valid object in one of the transfer syntaxes."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.7.2")
    meta.MediaStorageSOPInstanceUID = UID(INSTANCE)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID = (
        "1.2.840.10008.5.1.4.1.1.7.2",
        INSTANCE,
        STUDY,
        SERIES,
    )
    ds.PatientName, ds.PatientID, ds.StudyDate, ds.Modality = "Doe^Jane", "7", "20200101", "OT"
    ds.SeriesNumber, ds.InstanceNumber = 1, 1
    ds.Rows = ds.Columns = 32
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.NumberOfFrames = 1, "MONOCHROME2", frames
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.WindowCenter, ds.WindowWidth, ds.RescaleSlope, ds.RescaleIntercept = 128, 256, 1, 0
    item = Dataset()
    item.ReferencedSOPInstanceUID, item.EncapsulatedDocument = "1.2", b"%PDF"
    ds.ReferencedImageSequence = [item]
    pictures = [
        np.arange(1024, dtype=np.uint16).astype(np.uint8).reshape(32, 32) + np.uint8(frame) for frame in range(frames)
    ]
    if syntax == MPEG4HP41:
        set_video(ds, b"\0\0\0\x18ftypmp42" + b"\0" * 40, syntax)
    elif syntax.is_compressed and syntax != DeflatedExplicitVRLittleEndian:
        set_pixels(ds, pictures, syntax)
    else:
        set_pixels(ds, pictures, ExplicitVRLittleEndian)
        meta.TransferSyntaxUID = syntax
    stream = io.BytesIO()
    ds.save_as(
        stream, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian, enforce_file_format=True
    )
    assert dcmread(io.BytesIO(stream.getvalue())).StudyInstanceUID == STUDY
    return stream.getvalue()
