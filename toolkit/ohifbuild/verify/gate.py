"""The archive's gate: lets each token reach its own studies only, and writes every request down.

``decide`` is a pure function of what arrived. It reads paths and queries as strictly as it can: whatever it does not
understand is refused, because an archive behind it might understand more.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from ohifbuild.contract.place import is_plain
from ohifbuild.contract.settings import Settings
from ohifbuild.verify.model import ReceivedRequest
from ohifbuild.verify.tokens import Grant, Tokens

Headers = Sequence[tuple[str, str]]

STATUS = {
    "granted": 200,
    "no-token": 401,
    "unknown-token": 401,
    "expired": 401,
    "other-study": 403,
    "patient-query": 403,
    "unpinned": 403,
}
TEXT = {
    "no-token": "This archive wants a token.",
    "unknown-token": "This token is not known.",
    "expired": "This token has expired.",
    "other-study": "This token is for another study.",
    "patient-query": "This token does not allow a search by patient.",
    "unpinned": "This token does not allow a search that names no study.",
}
STUDY_KEYS = frozenset({"studyinstanceuid", "0020000d", "studyuid"})
ID_KEYS = frozenset({"patientid", "00100020"})
PATIENT_GROUP = re.compile(r"0010[0-9a-f]{4}|patient\w*|issuerofpatient\w*|otherpatient\w*|mrn")


def decide(headers: Headers, tail: str, query: str, tokens: Tokens, settings: Settings) -> str:
    """What becomes of a request: one of the keys of STATUS.

    Args:
        headers: all headers, names in lower case, in order and with repetitions.
        tail: the raw path below the archive's root, without a leading slash.
        query: the raw query.
    """
    values = [value for name, value in headers if name == settings.token_header.lower()]
    if not values:
        return "no-token"
    # A doubled header is nobody's token: which of the two counts would be anybody's guess.
    by_value = {settings.header_value(token): token for token in (*tokens.grants, *tokens.expired)}
    token = by_value.get(values[0]) if len(values) == 1 else None
    if token is None:
        return "unknown-token"
    if token in tokens.expired:
        return "expired"
    return _of_grant(tokens.grants[token], tail, query)


def _of_grant(grant: Grant, tail: str, query: str) -> str:
    if not is_plain(f"/{tail}"):
        return "unpinned"
    levels = [unquote(part) for part in tail.split("/") if part]
    pairs = [(key.lower(), value) for key, value in parse_qsl(query, keep_blank_values=True)]
    named = [uid for key, value in pairs if key in STUDY_KEYS for uid in re.split(r"[,\\]", value)]
    if levels[:1] == ["studies"] and len(levels) > 1:
        named.append(levels[1])
    if named and not set(named) <= grant.studies:
        return "other-study"
    by_patient = [(key, value) for key, value in pairs if PATIENT_GROUP.fullmatch(key)]
    if any(key not in ID_KEYS or value not in grant.patients for key, value in by_patient):
        return "patient-query"
    return "granted" if named or by_patient else "unpinned"


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
    """Decides on and records every request to an archive. May be asked from any thread.

    Args:
        enforce: whether refused requests end here; if not, the archive behind is asked all the same (because it
            enforces tokens itself) and only the decision that we would have made is written down.
    """

    def __init__(self, tokens: Tokens, settings: Settings, *, enforce: bool = True) -> None:
        self._tokens = tokens
        self._settings = settings
        self._enforce = enforce
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._records: list[ReceivedRequest] = []

    def received(self) -> tuple[ReceivedRequest, ...]:
        """Every request so far, in the order of arrival; a status of 0 means that its answer has not begun yet."""
        with self._lock:
            return tuple(self._records)

    def clear(self) -> None:
        """Forgets what was received; call it between requests only."""
        with self._lock:
            self._records.clear()

    async def pass_through(self, request: web.Request, tail: str, archive: Archive) -> web.StreamResponse:
        """Records the request, and hands it to the archive if it is granted."""
        path, _, query = request.raw_path.partition("?")
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.raw_headers
        )
        decision = decide(headers, tail, query, self._tokens, self._settings)
        at = time.monotonic()
        record = ReceivedRequest(request.method, path, query, headers, decision, 0, at - self._began)
        with self._lock:
            number = len(self._records)
            self._records.append(record)
        response: web.StreamResponse = _refusal(decision, self._settings)
        if decision == "granted" or not self._enforce:
            try:
                response = await archive.handle(request, tail)
            except Exception:
                self._note(number, replace(record, status=500, seconds=round(time.monotonic() - at, 6)))
                raise
        self._note(number, replace(record, status=response.status))
        if not response.prepared:
            await response.prepare(request)
            await response.write_eof()
        seconds = round(time.monotonic() - at, 6)
        self._note(number, replace(record, status=response.status, seconds=seconds, size=response.body_length))
        return response

    def _note(self, number: int, record: ReceivedRequest) -> None:
        with self._lock:
            if number < len(self._records):
                self._records[number] = record


def _refusal(decision: str, settings: Settings) -> web.Response:
    """What a refused client is told (RFC 6750 3: the challenge says whether the token has expired)."""
    if decision == "granted":
        return web.Response()
    headers = {"Cache-Control": "no-store"}
    if STATUS[decision] == 401:
        challenge = f'{settings.token_scheme or "Token"} realm="studies"'
        if decision != "no-token":
            challenge += f', error="invalid_token", error_description="{TEXT[decision]}"'
        headers["WWW-Authenticate"] = challenge
    return web.Response(status=STATUS[decision], text=TEXT[decision] + "\n", headers=headers)
