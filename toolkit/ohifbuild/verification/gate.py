"""The gate in front of the archive: it allows each token its own studies only, and records every request.

``decide`` is a pure function of the request. The contract determines what a request asks for. An ambiguous request is
refused, because an archive might read it as a request for more.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from aiohttp import web

from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.request import Meaning, meaning, permits
from ohifbuild.contract.settings import Settings
from ohifbuild.verification.evidence import ReceivedRequest

Headers = Sequence[tuple[str, str]]

STATUS = {
    "granted": 200,
    "redirected": 302,
    "no-token": 401,
    "unknown-token": 401,
    "expired": 401,
    "other-study": 403,
    "patient-query": 403,
    "unpinned": 403,
    "unclear": 403,
    "method": 405,
}
TEXT = {
    "no-token": "This archive requires a token.",
    "unknown-token": "This token is not known.",
    "expired": "This token has expired.",
    "other-study": "This token is for another study.",
    "patient-query": "This token does not allow a search by patient.",
    "unpinned": "This token does not allow a search that names no study.",
    "unclear": "This request is ambiguous.",
    "method": "This archive is read-only.",
}
METHODS = ("GET", "HEAD")

NUMBER_HEADER = "Ohifbuild-Request"
"""The header of an answer that has the number of its request. Only verify's own site sends it."""
RECORD = web.RequestKey("record", tuple)
"""Where a request keeps its gate and its number there."""


def decide(method: str, headers: Headers, tail: str, query: str, tokens: Tokens, settings: Settings) -> str:
    """The decision on a request: one of the keys of STATUS.

    Args:
        method: as sent.
        headers: all headers, names in lower case, in order and with repetitions.
        tail: the raw path below the archive's root, without a leading slash.
        query: the raw query.
    """
    if method not in METHODS:
        return "method"
    values = [value for name, value in headers if name == settings.token_header.lower()]
    if not values:
        return "no-token"
    # A repeated header is refused, because archives differ in which of the values they use.
    by_value = {settings.header_value(token): token for token in (*tokens.grants, *tokens.expired)}
    token = by_value.get(values[0]) if len(values) == 1 else None
    if token is None:
        return "unknown-token"
    if token in tokens.expired:
        return "expired"
    return _of_grant(tokens.grants[token], meaning(method, tail, query))


def _of_grant(grant: Grant, asked: Meaning) -> str:
    if permits(grant.scope, asked):
        return "granted"
    if asked.kind in ("open", "other"):
        return "unpinned" if asked.kind == "open" else "unclear"
    return "patient-query" if asked.studies <= grant.studies else "other-study"


class Archive(Protocol):
    """Something that answers DICOMweb requests: the embedded archive, or a proxy to a real one."""

    name: str

    async def open(self) -> None:
        """Called once in the server's event loop before the first request."""

    async def close(self) -> None:
        """Called once in the server's event loop after the last request."""

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        """Answers a request for ``tail``, the raw path below the archive's root without a leading slash."""


class Gate:
    """Decides on every request to an archive and records it. Thread-safe.

    Args:
        tokens: the tokens and what each gives access to.
        settings: header and scheme of the token.
        enforce: whether the gate refuses requests. If not, it only records its decision and sends the request to an
            archive that enforces tokens itself. It always refuses requests that could change something.
    """

    def __init__(self, tokens: Tokens, settings: Settings, *, enforce: bool = True) -> None:
        self._tokens = tokens
        self._settings = settings
        self._enforce = enforce
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._records: list[ReceivedRequest] = []
        self._cleared = 0
        self._location = ""

    def redirect(self, location: str) -> None:
        """From now on, answers requests that would be granted with a redirect to ``location``; '' ends that."""
        self._location = location

    def received(self) -> tuple[ReceivedRequest, ...]:
        """Every request so far, in the order of arrival; a status of 0 means that its answer has not begun yet."""
        with self._lock:
            return tuple(self._records)

    def clear(self) -> None:
        """Deletes the records; the numbers of requests go on."""
        with self._lock:
            self._cleared += len(self._records)
            self._records.clear()

    async def pass_through(self, request: web.Request, tail: str, archive: Archive) -> web.StreamResponse:
        """Records a request, and sends it to the archive if it is granted."""
        path, _, query = request.raw_path.partition("?")
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.raw_headers
        )
        decision = decide(request.method, headers, tail, query, self._tokens, self._settings)
        if decision == "granted" and self._location:
            decision = "redirected"
        at = time.monotonic()
        with self._lock:
            number = self._cleared + len(self._records)
            record = ReceivedRequest(request.method, path, query, headers, decision, 0, at - self._began, number=number)
            self._records.append(record)
        request[RECORD] = (self, number)
        response: web.StreamResponse = _refusal(decision, self._settings, self._location)
        if decision == "granted" or (decision not in ("method", "redirected") and not self._enforce):
            try:
                response = await archive.handle(request, tail)
            except (ConnectionError, asyncio.CancelledError):
                self._note(number, seconds=_since(at), cut_off=True)
                raise
            except Exception:
                self._note(number, status=500, seconds=_since(at))
                raise
        self._note(number, status=response.status)
        try:
            if not response.prepared:
                await response.prepare(request)
                await response.write_eof()
        except (ConnectionError, asyncio.CancelledError):
            self._note(number, seconds=_since(at), cut_off=True)
            raise
        gone = request.transport is None or request.transport.is_closing()
        self._note(number, seconds=_since(at), size=response.body_length, cut_off=gone)
        return response

    async def answering(self, request: web.Request, response: web.StreamResponse) -> None:
        """Numbers an answer that begins, and records its status; for ``on_response_prepare``.

        An application may have several gates. Answers of the others are left alone.
        """
        gate, number = request.get(RECORD, (None, 0))
        if gate is self:
            response.headers[NUMBER_HEADER] = str(number)
            self._note(number, status=response.status)

    def _note(self, number: int, **changes: Any) -> None:
        with self._lock:
            if number >= self._cleared:
                at = number - self._cleared
                self._records[at] = replace(self._records[at], **changes)


def _since(moment: float) -> float:
    return round(time.monotonic() - moment, 6)


def _refusal(decision: str, settings: Settings, location: str) -> web.Response:
    """The answer to a refused request (RFC 6750 3: the challenge says whether the token has expired)."""
    if decision == "granted":
        return web.Response()
    if decision == "redirected":
        return web.Response(status=STATUS[decision], headers={"Cache-Control": "no-store", "Location": location})
    headers = {"Cache-Control": "no-store"}
    if STATUS[decision] == 401:
        challenge = f'{settings.token_scheme or "Token"} realm="studies"'
        if decision != "no-token":
            challenge += f', error="invalid_token", error_description="{TEXT[decision]}"'
        headers["WWW-Authenticate"] = challenge
    if decision == "method":
        headers["Allow"] = ", ".join(METHODS)
    return web.Response(status=STATUS[decision], text=TEXT[decision] + "\n", headers=headers)
