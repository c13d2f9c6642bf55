"""An HTTP client with administrator rights for an Orthanc that ohifbuild started, and the choice of its port."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from ohifbuild.core.errors import PortInUse

HOST = "127.0.0.1"


@dataclass(frozen=True)
class AdminClient:
    """Sends requests to Orthanc with a token that gives access to everything.

    Args:
        port: where Orthanc listens on ``HOST``.
        token: the administrator's token.
        headers: the headers that carry it.
    """

    port: int
    token: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    def request(self, method: str, path: str, body: bytes, seconds: float) -> tuple[int, bytes]:
        """Status and body of the answer.

        Raises:
            OSError, HTTPException: there is no answer within ``seconds``.
        """
        connection = http.client.HTTPConnection(HOST, self.port, timeout=seconds)
        try:
            connection.request(method, path, body or None, dict(self.headers))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def free_port(wanted: int) -> int:
    """A port that is free at the moment, because Orthanc cannot choose one itself.

    Args:
        wanted: the port to check; 0 for any.

    Raises:
        PortInUse: the port is in use.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise PortInUse(
                f"Orthanc cannot listen on {HOST}:{wanted}.",
                cause=f"{error.strerror or error}.",
                fix="Choose another port; 0 takes any free one.",
            ) from error
        number: int = probe.getsockname()[1]
        return number
