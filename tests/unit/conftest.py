"""Unit tests use no network: one that looks up a name, or connects to another machine, fails."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

CALLS = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"})


class _State:
    tried: list[str] | None = None


def _hook(event: str, args: tuple[Any, ...], calls: frozenset[str] = CALLS) -> None:
    # At the interpreter's end this module has lost its names; the default is still there.
    if event not in calls or _State.tried is None:
        return
    if event == "socket.connect" and args[0].type == socket.SOCK_DGRAM:
        return  # sends nothing: it asks the system which address of its own it would use
    host = args[0] if event.startswith("socket.get") else args[1][0] if isinstance(args[1], tuple) else "localhost"
    if not is_here(host):
        _State.tried.append(f"{event} {host}")
        raise OSError(f"A unit test may not use the network: {event} {host}")


def is_here(host: object) -> bool:
    """Whether a host is this machine."""
    text = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text == "localhost"
    return address.is_loopback or address.is_unspecified


sys.addaudithook(_hook)


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """Refuses each connection to another machine, and fails the test that tried it."""
    tried: list[str] = []
    _State.tried = tried
    yield
    _State.tried = None
    assert tried == []
