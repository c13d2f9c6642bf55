"""The requests of one visit, with their times."""

from __future__ import annotations

import time
from dataclasses import dataclass

from playwright.sync_api import Page, Request


@dataclass(frozen=True)
class Sent:
    """A request of the page or of its workers; times are seconds since the navigation.

    Args:
        begun: when the page asked.
        answered: when the first byte of the answer came; None if it did not.
        ended: when the last byte came; None if it did not.
        size: bytes of the answer over the network, head and compressed body; 0 if it came from the browser's cache.
    """

    url: str
    begun: float
    answered: float | None
    ended: float | None
    size: int


class Recording:
    """Records the requests of a page from now on."""

    def __init__(self, page: Page) -> None:
        self._requests: list[Request] = []
        self._pending: set[Request] = set()
        self._last_busy = time.monotonic()
        page.on("request", self._on_request)
        page.on("requestfinished", self._on_done)
        page.on("requestfailed", self._on_done)

    @property
    def began(self) -> float:
        """When the browser asked for the document, in seconds since 1970."""
        return float(self._requests[0].timing["startTime"]) / 1000

    def silence(self) -> float:
        """For how many seconds no request has been in progress."""
        if self._pending:
            self._last_busy = time.monotonic()
        return time.monotonic() - self._last_busy

    def sent(self) -> tuple[Sent, ...]:
        """All requests over the network, in their order."""
        found = (self._sent(each) for each in self._requests if each.url.startswith("http"))
        return tuple(sorted((each for each in found if each), key=lambda each: each.begun))

    def _sent(self, request: Request) -> Sent | None:
        timing = request.timing
        if timing["startTime"] <= 0:
            return None  # it never reached the network
        begun = timing["startTime"] / 1000 - self.began
        answered, ended = (
            begun + timing[name] / 1000 if timing[name] >= 0 else None for name in ("responseStart", "responseEnd")
        )
        return Sent(request.url, begun, answered, ended, _size(request, finished=ended is not None))

    def _on_request(self, request: Request) -> None:
        self._requests.append(request)
        self._pending.add(request)
        self._last_busy = time.monotonic()

    def _on_done(self, request: Request) -> None:
        self._pending.discard(request)
        self._last_busy = time.monotonic()


def _size(request: Request, *, finished: bool) -> int:
    response = request.existing_response
    if not response:
        return 0
    if not finished:
        return int(response.headers.get("content-length", "0"))
    sizes = request.sizes()
    return int(sizes["responseBodySize"]) + int(sizes["responseHeadersSize"])
