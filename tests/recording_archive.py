"""An archive that records its requests exactly as they arrive, and sends the bytes that a test sets for a path."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

WAIT_SECONDS = 20.0
NO_STUDIES = b"HTTP/1.1 200 OK\r\nContent-Type: application/dicom+json\r\nContent-Length: 2\r\n\r\n[]"


@dataclass(frozen=True)
class Received:
    """A request as it arrived; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]


class RecordingArchive:
    """Answers by the path of a request; a path without a set answer gets an empty list of studies."""

    def __init__(self, port: int, answers: Mapping[str, bytes]) -> None:
        self.port = port
        self.answers = answers
        self._received: list[Received] = []

    @property
    def origin(self) -> str:
        """Its scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"

    def received(self) -> list[Received]:
        """Every request since the start or the last ``clear``."""
        return list(self._received)

    def clear(self) -> None:
        """Removes all recorded requests."""
        self._received.clear()

    def record(self, head: bytes) -> bytes:
        """Records a request; returns its answer."""
        lines = head.decode("latin-1").split("\r\n")
        method, _, rest = lines[0].partition(" ")
        target = rest.rpartition(" ")[0] or rest
        pairs = (line.partition(":") for line in lines[1:])
        self._received.append(Received(method, target, {name.lower(): value.strip() for name, _, value in pairs}))
        answer = self.answers.get(target.partition("?")[0], NO_STUDIES)
        return answer if method != "HEAD" else answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


class _Connection(socketserver.BaseRequestHandler):
    archive: RecordingArchive

    def handle(self) -> None:
        self.request.settimeout(WAIT_SECONDS)
        head = b""
        while b"\r\n\r\n" not in head:
            data = self.request.recv(65536)
            if not data:
                return
            head += data
        answer = self.archive.record(head.partition(b"\r\n\r\n")[0])
        first, _, rest = answer.partition(b"\r\n")
        self.request.sendall(first + b"\r\nConnection: close\r\n" + rest)


@contextmanager
def recording_archive(answers: Mapping[str, bytes]) -> Iterator[RecordingArchive]:
    """Listens on this machine for the length of a block."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    class Connection(_Connection):
        """Each archive needs its own class, because the server creates the instances."""

    with Server(("127.0.0.1", 0), Connection) as server:
        Connection.archive = RecordingArchive(server.server_address[1], answers)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Connection.archive
        finally:
            server.shutdown()
            thread.join()
