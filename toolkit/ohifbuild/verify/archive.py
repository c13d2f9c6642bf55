"""The embedded archive: DICOMweb (PS3.18) as aiohttp routes over a ``Store``, answering as Orthanc does."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from aiohttp import web
from PIL import Image
from pydicom.pixels.processing import apply_voi_lut
from pydicom.uid import EncapsulatedPDFStorage

from ohifbuild.verify.data.instances import file_bytes
from ohifbuild.verify.store import Instance, Json, Store

BOUNDARY = "ohifbuild-boundary"
DICOM_JSON = "application/dicom+json"
OCTETS = "application/octet-stream"
# PS3.18, 8.7.3.3: the media type of each compressed transfer syntax.
MEDIA_TYPES = {
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.5": "image/dicom-rle",
}
THUMBNAIL = (128, 128)

SERIES = "/studies/{study}/series/{series}"
INSTANCE = SERIES + "/instances/{uid}"


def routes(store: Store, root: str) -> list[web.RouteDef]:
    """The archive's routes under ``root``, a path without a slash at its end."""
    archive = _Archive(store, root)
    table = {
        "/studies": archive.search_studies,
        "/series": archive.search_series,
        "/instances": archive.search_instances,
        "/studies/{study}/series": archive.search_series,
        "/studies/{study}/instances": archive.search_instances,
        SERIES + "/instances": archive.search_instances,
        "/studies/{study}/metadata": archive.metadata,
        SERIES + "/metadata": archive.metadata,
        INSTANCE + "/metadata": archive.metadata,
        INSTANCE + "/frames/{frames}": archive.frames,
        INSTANCE + "/bulkdata/{tag}": archive.bulk_data,
        INSTANCE + "/rendered": archive.rendered,
        INSTANCE + "/thumbnail": archive.thumbnail,
        SERIES + "/thumbnail": archive.thumbnail,
        "/studies/{study}": archive.retrieve,
        SERIES: archive.retrieve,
        INSTANCE: archive.retrieve,
    }
    return [web.get(root + path, handler) for path, handler in table.items()]


class _Archive:
    def __init__(self, store: Store, root: str) -> None:
        self._store = store
        self._root = root

    async def search_studies(self, request: web.Request) -> web.Response:
        return _json(self._store.studies(_query(request)))

    async def search_series(self, request: web.Request) -> web.Response:
        return _json(self._store.series(_query(request)))

    async def search_instances(self, request: web.Request) -> web.Response:
        return _json(self._store.objects(_query(request)))

    async def metadata(self, request: web.Request) -> web.Response:
        root = f"{request.scheme}://{request.host}{self._root}"
        return _json([item.metadata(root) for item in self._found(request)])

    async def frames(self, request: web.Request) -> web.Response:
        item = self._found(request)[0]
        numbers = request.match_info["frames"].split(",")
        if not all(number.isascii() and number.isdigit() for number in numbers):
            raise web.HTTPBadRequest(text="Frame numbers are whole numbers.")
        wanted = [int(number) for number in numbers]
        if not all(1 <= number <= len(item.frames) for number in wanted):
            raise web.HTTPNotFound(text="There is no such frame.")
        kind = f"{MEDIA_TYPES.get(item.syntax, OCTETS)}; transfer-syntax={item.syntax}"
        return _multipart(kind, (item.frames[number - 1] for number in wanted))

    async def bulk_data(self, request: web.Request) -> web.Response:
        item = self._found(request)[0]
        try:
            element = item.dataset[int(request.match_info["tag"], 16)]
        except (ValueError, KeyError) as error:
            raise web.HTTPNotFound(text="There is no such attribute.") from error
        if not isinstance(element.value, bytes):
            raise web.HTTPNotFound(text="That attribute is no bulk data.")
        if "multipart" in request.headers.get("Accept", ""):
            return _multipart(OCTETS, [element.value])
        return web.Response(body=element.value, content_type=_document_type(item))

    async def rendered(self, request: web.Request) -> web.Response:
        item = self._found(request)[0]
        if item.dataset.SOPClassUID == EncapsulatedPDFStorage:
            length = int(item.dataset.EncapsulatedDocumentLength)
            return web.Response(body=item.dataset.EncapsulatedDocument[:length], content_type="application/pdf")
        return web.Response(body=_jpeg(item), content_type="image/jpeg")

    async def thumbnail(self, request: web.Request) -> web.Response:
        found = self._found(request)
        return web.Response(body=_jpeg(found[len(found) // 2], THUMBNAIL), content_type="image/jpeg")

    async def retrieve(self, request: web.Request) -> web.Response:
        return _multipart("application/dicom", (file_bytes(item.dataset) for item in self._found(request)))

    def _found(self, request: web.Request) -> list[Instance]:
        where = request.match_info
        found = self._store.under(where["study"], where.get("series", ""), where.get("uid", ""))
        if not found:
            raise web.HTTPNotFound(text="There is nothing of that UID here.")
        return found


def _query(request: web.Request) -> Mapping[str, Sequence[str]]:
    query = {name: request.query.getall(name) for name in request.query}
    named = {"study": "StudyInstanceUID", "series": "SeriesInstanceUID"}
    return query | {named[name]: [uid] for name, uid in request.match_info.items()}


def _json(rows: list[Json]) -> web.Response:
    return web.Response(text=json.dumps(rows, ensure_ascii=False), content_type=DICOM_JSON, charset="utf-8")


def _multipart(kind: str, parts: Iterable[bytes]) -> web.Response:
    body = io.BytesIO()
    for part in parts:
        body.write(f"--{BOUNDARY}\r\nContent-Type: {kind}\r\nContent-Length: {len(part)}\r\n\r\n".encode())
        body.write(part)
        body.write(b"\r\n")
    body.write(f"--{BOUNDARY}--\r\n".encode())
    outer = f'multipart/related; type="{kind.partition(";")[0]}"; boundary={BOUNDARY}'
    return web.Response(body=body.getvalue(), headers={"Content-Type": outer})


def _document_type(item: Instance) -> str:
    return str(item.dataset.get("MIMETypeOfEncapsulatedDocument", OCTETS))


def _jpeg(item: Instance, size: tuple[int, int] | None = None) -> bytes:
    if not item.frames or item.dataset.BitsAllocated == 1:
        raise web.HTTPNotFound(text="That instance is no image.")
    pixels: Any = item.dataset.pixel_array
    if pixels.ndim > 2:
        pixels = pixels[0]
    shown = apply_voi_lut(pixels * float(item.dataset.get("RescaleSlope", 1)), item.dataset).astype(np.float64)
    scaled = (shown - shown.min()) / max(float(np.ptp(shown)), 1.0) * 255
    image = Image.fromarray(scaled.astype(np.uint8))
    if size:
        image.thumbnail(size)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
