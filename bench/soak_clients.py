"""The clients of ``soak.py``: good ones, which check each answer, and bad ones, each kind in its own way."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter

DRIP_SECONDS = 0.5
SMALL_BUFFER = 4096
LINES = b"Host: 127.0.0.1\r\n"
ESTABLISHED = 1
"""The state of a connection, as Linux numbers them."""

RESET = struct.pack("ii", 1, 0)


class Good:
    """A client that sends one request after another on one connection, and checks each answer.

    Args:
        address: host and port.
        answers: what each path must answer, with the weight of the path.
        reconnect: whether to use a new connection for each request.
    """

    def __init__(
        self,
        address: tuple[str, int],
        answers: Mapping[str, tuple[bytes, int]],
        seed: int,
        *,
        reconnect: bool = False,
    ) -> None:
        self._address, self._answers, self._reconnect = address, answers, reconnect
        self._random = random.Random(seed)
        self._paths, self._weights = list(answers), [weight for _, weight in answers.values()]
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self) -> tuple[str, float]:
        """Sends a request; returns what is wrong with its answer ('' for nothing), and the seconds it took."""
        (path,) = self._random.choices(self._paths, self._weights)
        began = perf_counter()
        try:
            wrong = await self._check(path, self._answers[path][0])
        except (OSError, asyncio.IncompleteReadError) as error:
            wrong = f"{path}: {type(error).__name__}"
        if wrong or self._reconnect:
            self.close()
        return wrong, perf_counter() - began

    def close(self) -> None:
        """Closes the connection."""
        if self._streams:
            self._streams[1].close()
            self._streams = None

    async def _check(self, path: str, expected: bytes) -> str:
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address)
        reader, writer = self._streams
        writer.write(b"GET " + path.encode() + b" HTTP/1.1\r\n" + LINES + b"\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        status, _, length = head[9:12], *head.lower().partition(b"content-length: ")[1:]
        body = await reader.readexactly(int(length.split(b"\r\n", 1)[0]))
        return "" if status == b"200" and body == expected else f"{path}: {status.decode()}"


class Connection:
    """A socket of a bad client."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._loop = sock, asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        """Sends all of it."""
        await self._loop.sock_sendall(self._sock, data)

    async def drip(self, data: bytes) -> None:
        """Sends a byte now and then, over and over."""
        while True:
            for number in data:
                await self.send(bytes([number]))
                await asyncio.sleep(DRIP_SECONDS)

    async def read(self, size: int) -> bytes:
        """Reads at most ``size`` bytes.

        Raises:
            ConnectionError: the server has closed the connection.
        """
        data = await self._loop.sock_recv(self._sock, size)
        if not data:
            raise ConnectionResetError
        return data

    async def until_closed(self, size: int, pause: float = 0.0) -> None:
        """Reads until the server closes the connection."""
        while True:
            await self.read(size)
            await asyncio.sleep(pause)

    async def only_open(self) -> None:
        """Reads nothing until the connection is reset.

        Raises:
            ConnectionError: it was.
        """
        while self._sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED:
            await asyncio.sleep(DRIP_SECONDS)
        raise ConnectionResetError

    def half_close(self) -> None:
        """Sends the end of the stream."""
        self._sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Resets the connection when it is closed."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def get(path: str) -> bytes:
    """A request."""
    return f"GET {path} HTTP/1.1\r\n".encode() + LINES + b"\r\n"


LARGE, NEVER, FILE = "/dicom-web/studies/1/large", "/dicom-web/studies/1/never", "/large.0123456789abcdef.wasm"


async def _line(it: Connection) -> None:
    await it.send(b"GET /viewer?")
    await it.drip(b"x")


async def _headers(it: Connection) -> None:
    await it.send(b"GET / HTTP/1.1\r\n" + LINES)
    await it.drip(b"X-A: 1\r\n")


async def _body(it: Connection) -> None:
    await it.send(b"POST / HTTP/1.1\r\n" + LINES + b"Content-Length: 1000000\r\n\r\n")
    await it.drip(b"x")


async def _body_to_the_archive(it: Connection) -> None:
    await it.send(b"GET " + LARGE.encode() + b" HTTP/1.1\r\n" + LINES + b"Content-Length: 1000000\r\n\r\n")
    await it.drip(b"x")


async def _silent(it: Connection) -> None:
    await it.until_closed(1)


async def _half_closed(it: Connection) -> None:
    await it.send(b"GET / HTTP/1.1\r\n")
    it.half_close()
    await it.until_closed(1)


async def _slow_reader(it: Connection) -> None:
    await it.send(get(LARGE))
    await it.until_closed(512, DRIP_SECONDS)


async def _slow_reader_of_a_file(it: Connection) -> None:
    await it.send(get(FILE))
    await it.until_closed(512, DRIP_SECONDS)


async def _no_reader(it: Connection) -> None:
    await it.send(get(LARGE))
    await it.only_open()


async def _pipeline(it: Connection) -> None:
    while True:
        await it.send(get("/") * 50)


async def _abort(it: Connection) -> None:
    await it.send(get(LARGE))
    await it.read(100_000)
    it.reset()


async def _abort_before_the_answer(it: Connection) -> None:
    await it.send(get(NEVER))
    await asyncio.sleep(DRIP_SECONDS)
    it.reset()


BAD: Mapping[str, Callable[[Connection], Awaitable[None]]] = {
    "request line, a byte at a time": _line,
    "headers, a byte at a time": _headers,
    "body, a byte at a time": _body,
    "body to the archive, a byte at a time": _body_to_the_archive,
    "nothing sent": _silent,
    "half closed": _half_closed,
    "archive read slowly": _slow_reader,
    "file read slowly": _slow_reader_of_a_file,
    "archive not read": _no_reader,
    "requests without end, no answer read": _pipeline,
    "gone in mid-answer": _abort,
    "gone before the answer": _abort_before_the_answer,
}


async def bad(kind: str, address: tuple[str, int], met: Counter[str], cut: Counter[str]) -> None:
    """Behaves in one way on one connection after another, until it is cancelled.

    Args:
        met, cut: count the connections that were opened, and those that the server ended.
    """
    loop = asyncio.get_running_loop()
    while True:
        with socket.socket() as sock:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
            try:
                await loop.sock_connect(sock, address)
                met[kind] += 1
                await BAD[kind](Connection(sock))
            except OSError:
                cut[kind] += 1
        await asyncio.sleep(DRIP_SECONDS)
