"""Sends requests to an archive as the viewer's page sends them."""

from __future__ import annotations

import asyncio
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
        for pause in (*retry().pauses, None):
            answer = await self.client.ask(self.root + path, method=method, headers=all_headers, limit=limit)
            means = meaning_of(answer.status) if answer.status else None
            if pause is None or not means or not means.retry:
                break
            await asyncio.sleep(max(pause, asked_pause(answer)))
        return answer


def asked_pause(answer: Answer) -> float:
    """How many seconds the archive asks for (``Retry-After``, RFC 9110 10.2.3), within bounds; 0 for a date."""
    asked = answer.get("retry-after").strip()
    return min(float(asked), retry().longest) if asked.isdecimal() and len(asked) < 9 else 0.0
