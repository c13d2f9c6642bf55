"""Pixel data in every transfer syntax of the dataset.

pydicom and its plugins encode JPEG 2000, JPEG-LS and RLE; Pillow encodes JPEG baseline. Nothing that is at hand encodes
lossless JPEG, so ``lossless_jpeg.py`` does.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEGBaseline8Bit, JPEGLosslessSV1

from ohifbuild.verification.dataset.lossless_jpeg import lossless_jpeg

Frame = NDArray[np.unsignedinteger]

JPEG_QUALITY = 90


def set_pixels(dataset: Dataset, frames: Sequence[Frame], syntax: str) -> None:
    """Puts the frames (rows by columns, or by 3) into the dataset in that transfer syntax.

    The dataset has its pixel description (Rows, Bits Stored, …) already; what the syntax changes in it is changed.
    """
    if syntax == JPEGBaseline8Bit:
        dataset.LossyImageCompression = "01"
        dataset.LossyImageCompressionMethod = "ISO_10918_1"
        dataset.LossyImageCompressionRatio = "10"
        if dataset.SamplesPerPixel == 3:
            dataset.PhotometricInterpretation = "YBR_FULL_422"
        _set_encapsulated(dataset, [_jpeg(frame) for frame in frames], syntax)
    elif syntax == JPEGLosslessSV1:
        _set_encapsulated(dataset, [lossless_jpeg(frame, int(dataset.BitsStored)) for frame in frames], syntax)
    else:
        data = b"".join(frame.tobytes() for frame in frames)
        dataset.PixelData = data + b"\0" * (len(data) % 2)
        dataset["PixelData"].VR = "OB" if dataset.BitsAllocated == 8 else "OW"
        if dataset.file_meta.TransferSyntaxUID != syntax:
            dataset.compress(syntax, np.stack(frames) if len(frames) > 1 else frames[0], generate_instance_uid=False)


def set_video(dataset: Dataset, stream: bytes, syntax: str) -> None:
    """Puts a whole video stream into the dataset, as one item (DICOM PS3.5 8.2.7)."""
    _set_encapsulated(dataset, [stream], syntax)


def _set_encapsulated(dataset: Dataset, items: Sequence[bytes], syntax: str) -> None:
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    dataset.PixelData = encapsulate([item + b"\0" * (len(item) % 2) for item in items])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True


def _jpeg(frame: Frame) -> bytes:
    stream = io.BytesIO()
    subsampling = "4:2:2" if frame.ndim == 3 else None
    options = {"subsampling": subsampling} if subsampling else {}
    Image.fromarray(frame).save(stream, "JPEG", quality=JPEG_QUALITY, **options)
    return stream.getvalue()
