"""Which scripts began each request of a page, by Chromium's DevTools protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import CDPSession

DEPTH = 8


class RequestScripts:
    """The scripts in the stacks of requests, by URL."""

    def __init__(self) -> None:
        self._scripts: dict[str, dict[str, None]] = {}

    def watch(self, devtools: CDPSession) -> None:
        """Records the requests of a page from now on."""
        devtools.on("Network.requestWillBeSent", self._on_request)
        devtools.send("Network.enable")
        # Without it, a stack ends where the page's own guards have waited for something.
        devtools.send("Debugger.enable")
        devtools.send("Debugger.setSkipAllPauses", {"skip": True})
        devtools.send("Debugger.setAsyncCallStackDepth", {"maxDepth": DEPTH})

    def clear(self) -> None:
        """Forgets the requests so far."""
        self._scripts.clear()

    def of(self, url: str) -> tuple[str, ...]:
        """The URLs of the scripts that began requests to ``url``."""
        return tuple(self._scripts.get(url, ()))

    def _on_request(self, event: dict[str, Any]) -> None:
        found = self._scripts.setdefault(str(event["request"]["url"]), {})
        found.update(dict.fromkeys(_urls(event["initiator"].get("stack"))))


def _urls(stack: Any) -> Iterator[str]:
    """The URLs in a stack, also those of the steps before it."""
    while stack:
        yield from (str(frame["url"]) for frame in stack["callFrames"] if frame["url"])
        stack = stack.get("parent")
