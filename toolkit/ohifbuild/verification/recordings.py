"""Divides what a tab sends and prints into recordings, by the document that does it and not by the time.

When a tab goes to another address, the document that it leaves still sends and prints for a while, the longer the
busier the machine is. Chromium's DevTools name the document of each request (``loaderId``). In other browsers a request
belongs to the recording in which it began.

A request that a document sends right before the next one takes its place may be missing there: ``requestWillBeSent``
comes from the document's process, and is lost with the document. ``requestWillBeSentExtraInfo`` and
``responseReceivedExtraInfo`` come from the network service, and are not.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urldefrag

from playwright.sync_api import CDPSession, Page, Request

from ohifbuild.verification.gate import NUMBER_HEADER
from ohifbuild.verification.tab import Unseen


@dataclass(eq=False)
class Noted:
    """A request of the tab.

    Args:
        request: as Playwright gives it.
        recording: the number of the recording in which it began.
        key, nth: it is the ``nth`` request, from 0, of this page and address.
        headers: as they were sent; None as long as nobody has read them.
    """

    request: Request
    recording: int
    key: tuple[Page, str]
    nth: int
    noted: float
    headers: tuple[tuple[str, str], ...] | None = None


@dataclass
class Recording:
    """What belongs to one recording, besides its requests.

    Args:
        new_document: whether it is of another document than the recording before.
        began: the time of day at which it began, in seconds of ``time.time()``, as Playwright gives that of a request.
        clock: the same in seconds of ``time.monotonic()``, which never jumps.
    """

    new_document: bool
    began: float = field(default_factory=time.time)
    clock: float = field(default_factory=time.monotonic)
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reported:
    """What DevTools say of a request.

    Args:
        loader: the id of the document that sent it.
        request: its id. A request that a redirect leads to has the same one.
        hop: how many redirects led to it.
    """

    loader: str
    request: str
    hop: int


class Recordings:
    """The recordings of a tab, numbered from 0. The first one is of the empty page that a tab begins with."""

    def __init__(self) -> None:
        self._all = [Recording(new_document=True)]
        self._noted: list[Noted] = []
        self._counts: Counter[tuple[Page, str]] = Counter()
        self._reports: dict[tuple[Page, str], list[Reported]] = {}
        self._documents: dict[str, int] = {}
        self._reported: dict[str, str] = {}
        self._hops: Counter[str] = Counter()
        self._network: dict[str, tuple[int, Unseen]] = {}
        self._speaking = 0
        self._asked = False

    @property
    def latest(self) -> int:
        """The number of the recording that is in progress."""
        return len(self._all) - 1

    def __getitem__(self, number: int) -> Recording:
        return self._all[number]

    def begin(self, *, new_document: bool) -> None:
        """Starts a recording.

        Args:
            new_document: whether the tab goes to another document now.
        """
        self._all.append(Recording(new_document))
        self._asked = False
        if not new_document:
            self._speaking = self.latest

    def watch(self, page: Page, devtools: CDPSession) -> None:
        """From now on, the requests of a page have their documents."""
        devtools.on("Network.requestWillBeSent", lambda event: self._on_devtools(page, event))
        devtools.on("Network.requestWillBeSentExtraInfo", self._on_network)
        devtools.on("Network.responseReceivedExtraInfo", self._on_network)
        devtools.send("Network.enable")

    def note(self, page: Page, request: Request, *, of_document: bool) -> Noted:
        """Adds a request.

        Args:
            of_document: whether it is for the document that the tab is to show.
        """
        self._asked = self._asked or of_document
        key = (page, urldefrag(request.url).url)
        noted = Noted(request, self.latest, key, self._counts[key], time.time())
        self._counts[key] += 1
        self._noted.append(noted)
        return noted

    def committed(self) -> None:
        """Says that the tab's frame has another document, or another address in the same one."""
        if self._asked:
            self._speaking = self.latest

    def arrived(self) -> None:
        """Says that the tab shows the document that it was to go to."""
        self._speaking = self.latest

    def speaking(self) -> Recording:
        """The recording of the document that prints now."""
        return self._all[self._speaking]

    def of(self, number: int) -> Iterator[Noted]:
        """The requests of a recording, in the order in which they began."""
        return (noted for noted in self._noted if self._owner(noted) == number)

    def unseen(self, number: int) -> tuple[Unseen, ...]:
        """The requests that the document of a recording sent while it was being left.

        No document has reported them. Chromium counts the requests of a process in their ids (``PROCESS.COUNT``), so
        each belongs to the document of the one before it.
        """
        document = self._document_of(number)
        return tuple(
            seen
            for request, (latest, seen) in self._network.items()
            if request not in self._reported
            and self._documents.get(self._loader_before(request)) == document < self._document_of(latest)
        )

    def _loader_before(self, request: str) -> str:
        process, _, count = request.partition(".")
        before = {
            int(other): loader
            for (owner, _, other), loader in ((each.partition("."), loader) for each, loader in self._reported.items())
            if owner == process and other.isdecimal() and int(other) < int(count)
        }
        return before[max(before)] if before else ""

    def in_progress(self, requests: Iterable[Noted]) -> bool:
        """Whether one of the requests is of the document that the tab shows or goes to."""
        document = self._document_of(self.latest)
        return any(self._document_of(self._owner(noted)) == document for noted in requests)

    def network_headers(self, noted: Noted) -> tuple[tuple[str, str], ...]:
        """The headers of a request as the network sent them; empty if it did not yet, or if a redirect led to it."""
        report = self._report(noted)
        sent = self._network.get(report.request) if report and report.hop == 0 else None
        return sent[1].headers if sent else ()

    def _report(self, noted: Noted) -> Reported | None:
        reports = self._reports.get(noted.key, ())
        return reports[noted.nth] if noted.nth < len(reports) else None

    def _owner(self, noted: Noted) -> int:
        report = self._report(noted)
        document = self._documents.get(report.loader) if report else None
        number = noted.recording
        while document is not None and self._document_of(number) > document:
            number -= 1
        return number

    def _document_of(self, number: int) -> int:
        """The recording in which the document of this one began."""
        while not self._all[number].new_document:
            number -= 1
        return number

    def _on_devtools(self, page: Page, event: dict[str, Any]) -> None:
        loader, request = str(event["loaderId"]), str(event["requestId"])
        self._reported[request] = loader
        if request == loader:
            self._documents[loader] = self.latest
        report = Reported(loader, request, self._hops[request])
        self._hops[request] += 1
        self._reports.setdefault((page, str(event["request"]["url"])), []).append(report)

    def _on_network(self, event: dict[str, Any]) -> None:
        request = str(event["requestId"])
        # HTTP/2 repeats method and URL in pseudo-header fields (RFC 9113 8.3), which are not needed here.
        headers = tuple((name.lower(), value) for name, value in event["headers"].items() if not name.startswith(":"))
        number = dict(headers).get(NUMBER_HEADER.lower(), "")
        _, seen = self._network.get(request, (0, Unseen(headers)))
        answer = int(number) if number.isdecimal() else seen.answer
        self._network[request] = self.latest, replace(seen, answer=answer)
