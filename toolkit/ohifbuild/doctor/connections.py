"""Connects to every address of a host, because browsers on other networks use another one than this machine."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass

from ohifbuild.doctor.client import RequestFailure, failure_of

SECONDS = 4.0
MOST_ADDRESSES = 6
LOOPBACKS = {"::1": "127.0.0.1", "127.0.0.1": "::1"}


@dataclass(frozen=True)
class Connection:
    """The result of a connection.

    Args:
        address: an IP address.
        failure: why there is no connection; '' if there is one.
    """

    address: str
    failure: RequestFailure = ""

    @property
    def is_ipv6(self) -> bool:
        """Whether the address is of IPv6."""
        return ":" in self.address


async def connections_to(host: str, port: int) -> tuple[Connection, ...]:
    """The result for each address of a host, and for the other loopback address if the host is one."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))[:MOST_ADDRESSES]
    addresses += [LOOPBACKS[host]] if host in LOOPBACKS else []
    return tuple(await asyncio.gather(*(_connection(address, port) for address in addresses)))


async def _connection(address: str, port: int) -> Connection:
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(address, port)
    except OSError as error:
        return Connection(address, socket_failure(error))
    writer.close()
    return Connection(address)


def socket_failure(error: OSError) -> RequestFailure:
    """The kind of failure that an exception of a socket stands for."""
    if isinstance(error, ConnectionRefusedError | TimeoutError | ssl.SSLError):
        return "refused" if isinstance(error, ConnectionRefusedError) else failure_of(error)
    if type(error).__name__ == "gaierror":
        return "name"
    return "closed" if isinstance(error, ConnectionError) else "unreachable"
