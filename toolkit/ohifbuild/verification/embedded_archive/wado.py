"""WADO-RS: metadata, frames, bulk data, whole objects, and rendered images (PS3.18 10.4)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from ohifbuild.verification.embedded_archive import pixeldata
from ohifbuild.verification.embedded_archive.accept import MEDIA_TYPES, accepts, frame_form, wants_multipart
from ohifbuild.verification.embedded_archive.answer import (
    Answer,
    DicomwebRequest,
    Part,
    RequestRefused,
    multipart,
    object_errors,
    partial,
    whole,
)
from ohifbuild.verification.embedded_archive.dicomjson import bulk_element, dicom_json
from ohifbuild.verification.embedded_archive.holdings import Stored

DICOM = "application/dicom"
DICOM_JSON = "application/dicom+json"
OCTETS = "application/octet-stream"


def metadata(request: DicomwebRequest, objects: Sequence[Stored]) -> Answer:
    """Everything but bulk data, as DICOM JSON."""
    described = []
    for stored in objects:
        dataset = stored.whole()
        dataset.SpecificCharacterSet = "ISO_IR 192"
        described.append(dicom_json(dataset, f"{url_of(request, stored)}/bulk"))
    return whole(DICOM_JSON, json.dumps(described).encode())


def retrieve(request: DicomwebRequest, objects: Sequence[Stored]) -> Answer:
    """Whole objects as they are stored."""
    if wants_multipart(request.wanted, (DICOM,)):
        return multipart(DICOM, (Part(DICOM, stored.path.read_bytes()) for stored in objects))
    if len(objects) == 1 and accepts(request.wanted, (DICOM,)):
        return whole(DICOM, objects[0].path.read_bytes())
    raise RequestRefused(406, f"Objects are given as multipart/related; type={DICOM}.")


def frames(request: DicomwebRequest, stored: Stored, numbers: str) -> Answer:
    """The frames of a list such as ``1,3``."""
    wanted = _frame_numbers(numbers, pixeldata.frame_count(stored.head))
    if pixeldata.is_video(stored.syntax):
        raise RequestRefused(406, "A video has no single frames here; ask for it rendered.")
    form = frame_form(request.wanted, stored.syntax, len(wanted))
    if form is None:
        own = MEDIA_TYPES.get(stored.syntax, OCTETS)
        raise RequestRefused(406, f"Frames are given as multipart/related; type={own} or {OCTETS}.")
    dataset = stored.whole()
    decoded = form.syntax != stored.syntax and stored.syntax in MEDIA_TYPES

    def frame(number: int) -> bytes:
        with object_errors():
            if decoded:
                return pixeldata.decoded_frame(dataset, number)
            return pixeldata.stored_frame(dataset, stored.syntax, number)

    if not form.multipart:
        return partial(form.type, frame(wanted[0]), request.range)
    described = f"{form.type}; transfer-syntax={form.syntax}"
    here = url_of(request, stored)
    parts = (Part(described, frame(number), f"{here}/frames/{number}") for number in wanted)
    return multipart(form.type, parts)


def bulk(request: DicomwebRequest, stored: Stored, way: tuple[str, ...]) -> Answer:
    """A binary value; a document or video as a single part if the client accepts that, else as multipart."""
    dataset = stored.whole()
    element = bulk_element(dataset, way)
    if element is None:
        raise RequestRefused(404, "There is no bulk data of that name in this object.")
    own = _own_type(stored, element.keyword)
    is_pixels = element.keyword == "PixelData"
    values = pixeldata.bulk_parts(dataset, stored.syntax) if is_pixels else [bytes(element.value)]
    specific = [media for media in request.wanted if media.type != "*/*"]
    alone = accepts(specific, (own, OCTETS))
    if alone and len(values) == 1:
        return partial(alone, values[0], request.range)
    if not wants_multipart(request.wanted, (own, OCTETS)):
        raise RequestRefused(406, f"This bulk data is given as {own}, alone or as multipart/related.")
    return multipart(own, [Part(own, value) for value in values])


def picture(request: DicomwebRequest, stored: Stored, number: int = 1, longest: int = 0) -> Answer:
    """A rendered object: an image as JPEG or PNG, a document or video as it is."""
    if "MIMETypeOfEncapsulatedDocument" in stored.head:
        return _document(request, stored)
    if pixeldata.is_video(stored.syntax):
        return _video(request, stored)
    if not 1 <= number <= pixeldata.frame_count(stored.head):
        raise RequestRefused(404, "This object has no such image.")
    image_type = accepts(request.wanted, ("image/jpeg", "image/png"))
    if not image_type:
        raise RequestRefused(406, "Images are rendered as image/jpeg or image/png.")
    return whole(image_type, pixeldata.rendered(stored.whole(), number, image_type, longest))


def url_of(request: DicomwebRequest, stored: Stored) -> str:
    """The absolute URL of an object."""
    return f"{request.root}/studies/{stored.study}/series/{stored.series}/instances/{stored.instance}"


def _document(request: DicomwebRequest, stored: Stored) -> Answer:
    own = _own_type(stored, "EncapsulatedDocument")
    if not accepts(request.wanted, (own,)):
        raise RequestRefused(406, f"This document is {own}.")
    return partial(own, bytes(stored.head.EncapsulatedDocument), request.range)


def _video(request: DicomwebRequest, stored: Stored) -> Answer:
    own = MEDIA_TYPES[stored.syntax]
    if not accepts(request.wanted, (own,)):
        raise RequestRefused(406, f"This video is {own}.")
    return partial(own, pixeldata.video_stream(stored.whole()), request.range)


def _own_type(stored: Stored, keyword: str) -> str:
    if keyword == "EncapsulatedDocument":
        return str(stored.head.get("MIMETypeOfEncapsulatedDocument") or OCTETS)
    if keyword == "PixelData":
        return MEDIA_TYPES.get(stored.syntax, OCTETS)
    return OCTETS


def _frame_numbers(text: str, count: int) -> list[int]:
    return list(_checked(text, count))


def _checked(text: str, count: int) -> Iterator[int]:
    for word in text.split(","):
        if not re.fullmatch(r"\d{1,9}", word) or int(word) < 1:
            raise RequestRefused(400, "Frame numbers are whole numbers from 1.")
        if int(word) > count:
            raise RequestRefused(404, f"This object has {count} frames.")
        yield int(word)
