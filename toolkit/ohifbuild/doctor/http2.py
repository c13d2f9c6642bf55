"""Asks a server for its page over HTTP/2, as browsers do; all other requests of doctor use HTTP/1.1.

A proxy that only passes TCP on can promise HTTP/2 in its TLS handshake before a server that does not speak it. Browsers
then show an error page, and programs with HTTP/1.1 see nothing wrong. Source: RFC 9113 3.4 and 6.
"""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import suppress

from ohifbuild.doctor.address import Address
from ohifbuild.doctor.tls import insecure_context

SECONDS = 5.0
MOST_FRAMES = 32
LONGEST_FRAME = 16384
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_STREAM_AND_HEADERS = 5


async def http2_problem(address: Address) -> str:
    """What is wrong with the server's HTTP/2, in words that follow 'The server'; '' if nothing is, or it has none."""
    context = insecure_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with suppress(OSError):
        async with asyncio.timeout(SECONDS):
            reader, writer = await asyncio.open_connection(
                address.host, address.port, ssl=context, server_hostname=address.host
            )
            try:
                connection = writer.get_extra_info("ssl_object")
                if not isinstance(connection, ssl.SSLObject) or connection.selected_alpn_protocol() != "h2":
                    return ""
                writer.write(PREFACE + _frame(SETTINGS, 0, 0, b"") + _request(address))
                await writer.drain()
                return await _verdict(reader)
            finally:
                writer.close()
    return ""


async def _verdict(reader: asyncio.StreamReader) -> str:
    kinds = []
    async for kind in _frames(reader):
        kinds.append(kind)
        if kind == HEADERS:
            return ""
        if kind in (RESET, GOAWAY):
            return "promises HTTP/2, but ends the connection instead of answering"
    return "promises HTTP/2, but does not speak it" if SETTINGS not in kinds else "does not answer in HTTP/2"


async def _frames(reader: asyncio.StreamReader) -> AsyncIterator[int]:
    """The types of the server's frames; it ends where the bytes are no frames, or with the connection."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        for number in range(MOST_FRAMES):
            head = await reader.readexactly(9)
            length, kind = int.from_bytes(head[:3], "big"), head[3]
            if length > LONGEST_FRAME or (number == 0 and kind != SETTINGS):
                return
            await reader.readexactly(length)
            yield kind


def _request(address: Address) -> bytes:
    """A GET request for the page, without a table of headers (RFC 7541 6.2.2: literals, which need no coding)."""
    fields = {
        ":method": "GET",
        ":scheme": address.scheme,
        ":authority": address.origin.partition("://")[2],
        ":path": address.path,
        "user-agent": "ohifbuild-doctor",
    }
    block = b"".join(b"\x00" + _string(name) + _string(value) for name, value in fields.items())
    return _frame(HEADERS, END_STREAM_AND_HEADERS, 1, block)


def _string(text: str) -> bytes:
    """A string literal of HPACK without Huffman coding (RFC 7541 5.1 and 5.2)."""
    data = text.encode()
    if len(data) < 127:
        return bytes([len(data)]) + data
    rest, length = len(data) - 127, bytearray([127])
    while rest >= 128:
        length.append(rest % 128 + 128)
        rest //= 128
    return bytes(length) + bytes([rest]) + data


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + struct.pack(">BBI", kind, flags, stream) + payload
