"""The administrator's way into an Orthanc of ours, and its port."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from ohifbuild.core.errors import PortInUse

HOST = "127.0.0.1"


@dataclass(frozen=True)
class AdminClient:
    """Asks Orthanc with a token that opens all of it."""

    port: int
    token: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    def ask(self, method: str, path: str, body: bytes, seconds: float) -> tuple[int, bytes]:
        """Status and body of the answer; OSError or HTTPException if there is none within so many seconds."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=seconds)
        try:
            connection.request(method, path, body or None, dict(self.headers))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def free_port(wanted: int) -> int:
    """The port, once seen to be free; Orthanc cannot choose one itself."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise PortInUse(
                f"Orthanc cannot listen on {HOST}:{wanted}.",
                cause=f"{error.strerror or error}.",
                fix="Choose another port, or 0 for any free one.",
            ) from error
        number: int = probe.getsockname()[1]
        return number
