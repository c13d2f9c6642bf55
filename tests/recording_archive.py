"""An archive that notes what reaches it, byte for byte, and answers with whatever bytes the path is for."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

WAIT_SECONDS = 20.0
NO_STUDIES = b"HTTP/1.1 200 OK\r\nContent-Type: application/dicom+json\r\nContent-Length: 2\r\n\r\n[]"


@dataclass(frozen=True)
class Heard:
    """A request as it arrived: names of headers in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]


class RecordingArchive:
    """Answers by the path of a request; with an empty list of studies where nothing else was asked for."""

    def __init__(self, port: int, answers: Mapping[str, bytes]) -> None:
        self.port = port
        self.answers = answers
        self._heard: list[Heard] = []

    @property
    def origin(self) -> str:
        """Its scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"

    def heard(self) -> list[Heard]:
        """All that arrived so far."""
        return list(self._heard)

    def clear(self) -> None:
        """Forgets what arrived."""
        self._heard.clear()

    def note(self, head: bytes) -> bytes:
        """Notes a request; its answer."""
        lines = head.decode("latin-1").split("\r\n")
        method, _, rest = lines[0].partition(" ")
        target = rest.rpartition(" ")[0] or rest
        pairs = (line.partition(":") for line in lines[1:])
        self._heard.append(Heard(method, target, {name.lower(): value.strip() for name, _, value in pairs}))
        answer = self.answers.get(target.partition("?")[0], NO_STUDIES)
        return answer if method != "HEAD" else answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


class _Conversation(socketserver.BaseRequestHandler):
    archive: RecordingArchive

    def handle(self) -> None:
        self.request.settimeout(WAIT_SECONDS)
        head = b""
        while b"\r\n\r\n" not in head:
            data = self.request.recv(65536)
            if not data:
                return
            head += data
        answer = self.archive.note(head.partition(b"\r\n\r\n")[0])
        first, _, rest = answer.partition(b"\r\n")
        self.request.sendall(first + b"\r\nConnection: close\r\n" + rest)


@contextmanager
def recording_archive(answers: Mapping[str, bytes]) -> Iterator[RecordingArchive]:
    """Listens on this machine for the length of a block."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    class Conversation(_Conversation):
        """One class for each archive: the server makes the instances."""

    with Server(("127.0.0.1", 0), Conversation) as server:
        Conversation.archive = RecordingArchive(server.server_address[1], answers)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Conversation.archive
        finally:
            server.shutdown()
            thread.join()
