"""The gate before the archive: which token reaches which studies. It refuses what a real archive must refuse, and
writes down every request.

The rules are those of a token for single studies: 401 without a token that is known and valid; 403 for another study,
for a search by patient, and for a search that is not pinned to the token's studies.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ohifbuild.verify.data.studies import Grant
from ohifbuild.verify.model import ReceivedRequest
from ohifbuild.verify.settings import Settings

STATUS = {
    "granted": 200,
    "no-token": 401,
    "doubled-token": 401,
    "unknown-token": 401,
    "expired": 401,
    "other-study": 403,
    "patient-query": 403,
    "unpinned": 403,
}
STUDY_PATH = re.compile(r"/studies/([^/]+)(?:/|$)")
STUDY_KEYS = frozenset({"studyinstanceuid", "0020000d"})
PATIENT_KEYS = frozenset({"patientid", "00100020", "patientname", "00100010"})


class Gate:
    """Decides about requests to the archive and remembers them; safe to use from several threads."""

    def __init__(self, settings: Settings, grants: Mapping[str, Grant], *, enforces: bool = True) -> None:
        """``enforces=False`` only writes down: for an archive that has a gate of its own."""
        self._header = settings.token_header.lower()
        self._by_value = {settings.header_value(token): grant for token, grant in grants.items()}
        self._enforces = enforces
        self._received: list[ReceivedRequest] = []
        self._lock = threading.Lock()
        self._started = time.monotonic()

    def decide(self, path: str, query: Mapping[str, Sequence[str]], headers: Sequence[tuple[str, str]]) -> str:
        """The decision about a request, one of ``STATUS``; ``path`` is decoded and begins behind the root."""
        values = [value for name, value in headers if name == self._header]
        if not values:
            return "no-token"
        if len(values) > 1 or (values[0] not in self._by_value and _repeats(values[0], self._by_value)):
            return "doubled-token"
        grant = self._by_value.get(values[0])
        if grant is None:
            return "unknown-token"
        if grant.expired:
            return "expired"
        return _about_studies(path, query, grant.studies)

    def refuses(self, decision: str) -> bool:
        """Whether a request with this decision is answered with a refusal here."""
        return self._enforces and decision != "granted"

    def enter(self, method: str, path: str, query: str, headers: Sequence[tuple[str, str]], decision: str) -> int:
        """Writes down a request that has arrived and returns its number."""
        at = time.monotonic() - self._started
        with self._lock:
            self._received.append(ReceivedRequest(method, path, query, tuple(headers), decision, 0, at))
            return len(self._received) - 1

    def leave(self, number: int, status: int, size: int) -> None:
        """Completes what was written down when the answer is out."""
        with self._lock:
            entry = self._received[number]
            seconds = time.monotonic() - self._started - entry.at
            self._received[number] = replace(entry, status=status, size=size, seconds=seconds)

    def received(self) -> tuple[ReceivedRequest, ...]:
        """Every request so far, in the order of arrival."""
        with self._lock:
            return tuple(self._received)


def _about_studies(path: str, query: Mapping[str, Sequence[str]], allowed: frozenset[str]) -> str:
    if PATIENT_KEYS & {name.lower() for name in query}:
        return "patient-query"
    in_path = STUDY_PATH.match(path)
    asked = {in_path[1]} if in_path else set()
    for name, values in query.items():
        if name.lower() in STUDY_KEYS:
            asked |= {uid for value in values for uid in re.split(r"[,\\]", value)}
    if not asked or "" in asked:
        return "unpinned"
    return "granted" if asked <= allowed else "other-study"


def _repeats(value: str, known: Mapping[str, Grant]) -> bool:
    """Whether ``value`` is one header's value twice: browsers join repeated headers with a comma and a space."""
    parts = value.split(", ")
    return len(parts) > 1 and all(part in known for part in parts)
