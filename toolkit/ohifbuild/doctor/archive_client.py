"""Sends requests to an archive as the viewer's page sends them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from ohifbuild.contract.answers import meaning_of, retry
from ohifbuild.contract.request import Scope, meaning, permits
from ohifbuild.doctor.client import SHORT, Answer, Client

JSON = "application/dicom+json"


@dataclass(frozen=True)
class ArchiveClient:
    """Sends requests to an archive as a page would, and again when the page would.

    Args:
        client: the HTTP client.
        root: the URL of the DICOMweb root.
        origin: the page's origin; '' if it is the archive's too.
        scope: the requests that may be sent with a token.
    """

    client: Client
    root: str
    origin: str
    scope: Scope

    async def ask(self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
        """The answer without a token."""
        return await self._send(path, headers or {}, method=method)

    async def ask_with(self, token: Mapping[str, str], path: str, *, accept: str = JSON, limit: int = SHORT) -> Answer:
        """The answer to a request with a token. A request outside the scope is not sent.

        This matters because UIDs and URLs in the archive's answers become part of later requests.
        """
        tail, _, query = path.removeprefix("/").partition("?")
        if not permits(self.scope, meaning("GET", tail, query)):
            return Answer(self.root, failure="protocol")
        return await self._send(path, token, accept=accept, limit=limit)

    async def _send(
        self, path: str, headers: Mapping[str, str], *, method: str = "GET", accept: str = JSON, limit: int = SHORT
    ) -> Answer:
        origin = {"Origin": self.origin} if self.origin else {}
        all_headers = {"Accept": accept, **origin, **headers}
        began, bounds = time.monotonic(), retry()
        for pause in bounds.pauses:
            answer = await self.client.ask(self.root + path, method=method, headers=all_headers, limit=limit)
            wait = max(pause, asked_pause(answer))
            spent = time.monotonic() - began
            if not may_pass(answer) or wait > bounds.longest or spent + wait > bounds.total:
                return answer
            await asyncio.sleep(wait)
        return await self.client.ask(self.root + path, method=method, headers=all_headers, limit=limit)


def may_pass(answer: Answer) -> bool:
    """Whether the page would send the request again. One that took all the time that doctor has is not repeated."""
    means = meaning_of(answer.status)
    return means is not None and means.retry and answer.failure != "timeout"


def asked_pause(answer: Answer) -> float:
    """How many seconds the archive asks for (``Retry-After``, RFC 9110 10.2.3); 0 for a date."""
    asked = answer.get("retry-after").strip()
    return float(asked) if asked.isdecimal() and len(asked) < 9 else 0.0
