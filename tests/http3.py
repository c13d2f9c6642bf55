"""A client for one request over HTTP/3."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import QuicEvent

SECONDS = 30


@dataclass(frozen=True)
class Answer3:
    """An answer over HTTP/3."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Client(QuicConnectionProtocol):
    def __init__(self, *args: object, **words: object) -> None:
        super().__init__(*args, **words)  # type: ignore[arg-type]
        self._http = H3Connection(self._quic)
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._headers: dict[str, str] = {}
        self._body = b""

    async def ask(self, method: str, authority: str, path: str, headers: Mapping[str, str]) -> Answer3:
        stream = self._quic.get_next_available_stream_id()
        first = {":method": method, ":scheme": "https", ":authority": authority, ":path": path}
        pairs = [(name.encode(), value.encode()) for name, value in {**first, **headers}.items()]
        self._http.send_headers(stream_id=stream, headers=pairs, end_stream=True)
        self.transmit()
        await asyncio.wait_for(self._done, SECONDS)
        return Answer3(int(self._headers[":status"]), self._headers, self._body)

    def quic_event_received(self, event: QuicEvent) -> None:
        for found in self._http.handle_event(event):
            if isinstance(found, HeadersReceived):
                self._headers |= {name.decode(): value.decode() for name, value in found.headers}
            elif isinstance(found, DataReceived):
                self._body += found.data
            ended = isinstance(found, HeadersReceived | DataReceived) and found.stream_ended
            if ended and not self._done.done():
                self._done.set_result(None)


def ask_over_http3(
    host: str, port: int, path: str, *, authority: Path, method: str = "GET", headers: Mapping[str, str] | None = None
) -> Answer3:
    """The answer of a server on this machine to a request for a host.

    Args:
        host: the name in the server's certificate.
        authority: the file of the certificate authority that signed it.
    """

    async def ask() -> Answer3:
        trust = QuicConfiguration(is_client=True, alpn_protocols=H3_ALPN, server_name=host)
        trust.load_verify_locations(str(authority))
        async with connect("127.0.0.1", port, configuration=trust, create_protocol=_Client) as client:
            assert isinstance(client, _Client)
            return await client.ask(method, f"{host}:{port}", path, headers or {})

    return asyncio.run(ask())
