"""Pixel data of stored objects: frames, stored or decoded, and rendered images."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames, get_frame
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import JPEGLosslessSV1

from ohifbuild.verification.embedded_archive.accept import MEDIA_TYPES, NATIVE
from ohifbuild.verification.embedded_archive.answer import RequestRefused
from ohifbuild.verification.embedded_archive.lossless_jpeg_decoder import decode_lossless_jpeg
from ohifbuild.verification.embedded_archive.size_in_header import size_in_header

MOST_SAMPLES = 24_000_000
"""Of a frame: twice those of the largest mammograms. Rendering needs some 30 bytes for each."""

CODED = frozenset({"image/jpeg", "image/jls", "image/jp2"})
"""Types whose frames have a header with the image's size, which the decoders believe."""

THUMBNAIL = 128
"""Longest side of a thumbnail, in pixels."""


def frame_count(dataset: Dataset) -> int:
    """How many frames the object has; 0 if it is not an image."""
    return int(dataset.get("NumberOfFrames") or 1) if "Rows" in dataset else 0


def is_video(syntax: str) -> bool:
    """Whether objects in this transfer syntax hold a video stream."""
    return MEDIA_TYPES.get(syntax, "").startswith("video/")


def stored_frame(dataset: Dataset, syntax: str, number: int) -> bytes:
    """The bytes of a frame (from 1) in the transfer syntax of the object."""
    count = frame_count(dataset)
    if syntax not in NATIVE:
        return get_frame(dataset.PixelData, number - 1, number_of_frames=count)
    bits = int(dataset.Rows) * int(dataset.Columns) * int(dataset.SamplesPerPixel) * int(dataset.BitsAllocated)
    if bits % 8:
        raise RequestRefused(406, "Frames that do not end at a byte cannot be separated; request the bulk data.")
    size = bits // 8
    return bytes(dataset.PixelData[(number - 1) * size : number * size])


def decoded_frame(dataset: Dataset, number: int) -> bytes:
    """The bytes of a frame (from 1), uncompressed."""
    return np.ascontiguousarray(samples(dataset, number, raw=True)).tobytes()


def bulk_parts(dataset: Dataset, syntax: str) -> list[bytes]:
    """Pixel Data as it is stored: the whole value, or each frame if it is encapsulated."""
    if syntax in NATIVE:
        return [bytes(dataset.PixelData)]
    count = 1 if is_video(syntax) else frame_count(dataset)
    return list(generate_frames(dataset.PixelData, number_of_frames=count))


def video_stream(dataset: Dataset) -> bytes:
    """The video stream in an object, without padding."""
    return get_frame(dataset.PixelData, 0, number_of_frames=1)


def rendered(dataset: Dataset, number: int, image_type: str, longest: int = 0) -> bytes:
    """A frame (from 1) as JPEG or PNG, through its own window; at most ``longest`` pixels a side if given."""
    image = Image.fromarray(_shown(dataset, number))
    if longest:
        image.thumbnail((longest, longest))
    stream = io.BytesIO()
    image.save(stream, "PNG" if image_type == "image/png" else "JPEG")
    return stream.getvalue()


def _shown(dataset: Dataset, number: int) -> NDArray[np.uint8]:
    values = samples(dataset, number)
    if values.ndim == 3:
        return np.asarray(values, dtype=np.uint8)
    real = apply_voi_lut(apply_modality_lut(values, dataset), dataset).astype(np.float64)
    low, high = float(real.min()), float(real.max())
    grey = (real - low) / ((high - low) or 1) * 255
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        grey = 255 - grey
    return np.asarray(np.rint(grey), dtype=np.uint8)


def _require_possible(dataset: Dataset, number: int) -> None:
    """Refuses a frame that would take too much memory, or that has another size in its own header than in the object.

    Raises:
        ValueError: it is one.
    """
    stated = (int(dataset.Rows), int(dataset.Columns), int(dataset.SamplesPerPixel))
    if stated[0] * stated[1] * stated[2] > MOST_SAMPLES:
        raise ValueError(f"more than {MOST_SAMPLES} samples")
    if MEDIA_TYPES.get(dataset.file_meta.TransferSyntaxUID, "") in CODED:
        frame = get_frame(dataset.PixelData, number - 1, number_of_frames=frame_count(dataset))
        if size_in_header(frame) != stated:
            raise ValueError("the image has another size than the object says")


def samples(dataset: Dataset, number: int, *, raw: bool = False) -> NDArray[Any]:
    """A frame (from 1) as an array; colours are RGB, or with ``raw`` as they are stored."""
    _require_possible(dataset, number)
    if dataset.file_meta.TransferSyntaxUID == JPEGLosslessSV1:
        frame = decode_lossless_jpeg(get_frame(dataset.PixelData, number - 1, number_of_frames=frame_count(dataset)))
        return frame.astype(np.uint8) if dataset.BitsAllocated == 8 else frame
    return pixel_array(dataset, index=number - 1, raw=raw)
