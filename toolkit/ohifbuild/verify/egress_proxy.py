"""The egress_proxy around the site: whatever the browser tries to reach beyond it ends here, and is written down.

The browser is given this as its proxy for everything but the site itself, so nothing escapes notice that a page's
own hooks or a browser's event stream would miss: workers, beacons, web sockets, preloads, other ports and addresses.
"""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ANSWER = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
SECONDS_TO_SPEAK = 2.0
LONGEST_LINE = 4096


class EgressProxy:
    """Where attempts to leave the site end."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._attempts: list[str] = []

    def attempts(self, since: int = 0) -> tuple[str, ...]:
        """What was asked for, as ``METHOD target``, from the ``since``-th attempt on."""
        return tuple(self._attempts[since:])

    def note(self, line: bytes) -> None:
        """Writes down the first line of an attempt."""
        words = line.decode("latin-1").split()
        self._attempts.append(" ".join(words[:2]) or "a connection without a request")


@contextmanager
def egress_proxy() -> Iterator[EgressProxy]:
    """A egress_proxy that stands for the length of the block, on a free port of the loopback address."""

    class Refuse(socketserver.StreamRequestHandler):
        timeout = SECONDS_TO_SPEAK

        def handle(self) -> None:
            try:
                noted.note(self.rfile.readline(LONGEST_LINE))
                self.wfile.write(ANSWER)
            except OSError:
                noted.note(b"")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refuse, bind_and_activate=True) as server:
        server.daemon_threads = True
        noted = EgressProxy(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield noted
        finally:
            server.shutdown()
            thread.join()
