"""The embedded DICOMweb archive, as a handler for aiohttp."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from ohifbuild.verification.embedded_archive.accept import parse_accept
from ohifbuild.verification.embedded_archive.answer import Answer, DicomwebRequest, RequestRefused
from ohifbuild.verification.embedded_archive.holdings import HeldStudy
from ohifbuild.verification.embedded_archive.service import Service

__all__ = ["EmbeddedArchive", "HeldStudy"]


class EmbeddedArchive:
    """Serves DICOM files as DICOMweb below any path.

    Args:
        files: the files, or a folder for all files in it.
    """

    name = "embedded"

    def __init__(self, files: Path | Iterable[Path]) -> None:
        self._service = Service(files_in(files) if isinstance(files, Path) else files)

    @property
    def studies(self) -> tuple[HeldStudy, ...]:
        """The studies that it holds, in the order of their UIDs."""
        return self._service.studies

    async def open(self) -> None:
        """Does nothing; other archives open connections."""

    async def close(self) -> None:
        """Does nothing."""

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        """Answers a request for ``tail``, the raw path below the archive's root without a leading slash."""
        if request.method not in ("GET", "HEAD"):
            return _problem(405, "This archive is read-only.", {"Allow": "GET, HEAD"})
        try:
            answer = await asyncio.to_thread(self._service.answer, parse_request(request, tail))
            return await _send(request, answer)
        except RequestRefused as refused:
            return _problem(refused.status, refused.text)


def files_in(folder: Path) -> list[Path]:
    """All files in a folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def parse_request(request: web.Request, tail: str) -> DicomwebRequest:
    """The parts of a request that the archive uses."""
    target, _, query_text = request.raw_path.partition("?")
    query = parse_qsl(query_text, keep_blank_values=True)
    accept = next((value for key, value in query if key == "accept"), "") or ", ".join(
        request.headers.getall("Accept", [])
    )
    root = target[: len(target) - len(tail)].rstrip("/")
    return DicomwebRequest(
        path=tuple(unquote(part) for part in tail.split("/") if part),
        query=query,
        wanted=parse_accept(accept),
        # Like other archives behind a proxy that terminates TLS.
        root=f"{request.headers.get('X-Forwarded-Proto', request.scheme)}://{request.host}{root}",
        range=request.headers.get("Range", ""),
    )


async def _send(request: web.Request, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.type, **answer.headers})
    response.content_length = answer.length
    parts = iter(answer.parts)
    # The first part is made before the status is sent, so that a decoding failure is an error, not a cut answer.
    part = await asyncio.to_thread(_next, parts)
    await response.prepare(request)
    if request.method == "HEAD":
        part = None
    while part is not None:
        try:
            following = await asyncio.to_thread(_next, parts)
        except RequestRefused:
            # The client must see that the answer is incomplete.
            await response.write(part)
            if request.transport:
                request.transport.abort()
            return response
        if following is None:
            break
        await response.write(part)
        part = following
    # The last part ends the answer: a client that has all of it may leave, which cancels what is still waited for.
    await response.write_eof(part or b"")
    return response


def _next(parts: Iterator[bytes]) -> bytes | None:
    return next(parts, None)


def _problem(status: int, text: str, headers: dict[str, str] | None = None) -> web.Response:
    """An error as RFC 9457 describes it."""
    body = {"title": HTTPStatus(status).phrase, "status": status, "detail": text}
    return web.Response(status=status, text=json.dumps(body), content_type="application/problem+json", headers=headers)
