"""A proxy that refuses and records every request of the browser to anything but the site.

The browser uses it for everything but the site itself. It therefore also sees the requests that hooks in the page or
the browser's events would miss: workers, beacons, web sockets, preloads, other ports and addresses.
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
    """The recorded attempts to leave the site.

    Args:
        address: the proxy's URL.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._attempts: list[str] = []

    def attempts(self, since: int = 0) -> tuple[str, ...]:
        """The attempts as ``METHOD target``, from the ``since``-th one on."""
        return tuple(self._attempts[since:])

    def record(self, line: bytes) -> None:
        """Records the request line of an attempt."""
        words = line.decode("latin-1").split()
        self._attempts.append(" ".join(words[:2]) or "a connection without a request")


@contextmanager
def egress_proxy() -> Iterator[EgressProxy]:
    """A proxy for the length of the block, on a free port of the loopback address."""

    class RefusingHandler(socketserver.StreamRequestHandler):
        timeout = SECONDS_TO_SPEAK

        def handle(self) -> None:
            try:
                proxy.record(self.rfile.readline(LONGEST_LINE))
                self.wfile.write(ANSWER)
            except OSError:
                proxy.record(b"")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), RefusingHandler, bind_and_activate=True) as server:
        server.daemon_threads = True
        proxy = EgressProxy(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
