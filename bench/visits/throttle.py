"""A TCP relay that passes bytes as a slow line would: one shared rate in each direction, a delay, a slow start.

Both viewers are measured behind the same relay. A new connection costs one round trip before its first byte. Linux' own
``tc netem`` would do the same below TCP, but needs root and a kernel module that many machines lack.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from visits.line import Line
from visits.schedule import SEGMENT, Direction, Window

CHUNK = 2 * SEGMENT
AHEAD_SECONDS = 0.02
"""For how long a connection's bytes may wait in the line's queue. Less leaves gaps when this process wakes late."""


class _Relay:
    """Relays connections to one address."""

    def __init__(self, line: Line, host: str, port: int) -> None:
        self._line = line
        self._to = (host, port)
        self._up, self._down = Direction(line.bytes_per_second), Direction(line.bytes_per_second)
        self._running: set[asyncio.Task[None]] = set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relays one connection until both sides have ended."""
        task = asyncio.current_task()
        assert task
        self._running.add(task)
        opened = asyncio.get_running_loop().time() + self._line.round_trip
        upstream = None
        try:
            # ``end`` cancels what is left; asyncio's own server would print that as an error.
            with suppress(OSError, asyncio.CancelledError):
                server, upstream = await asyncio.open_connection(*self._to)
                await asyncio.gather(
                    self._pass(reader, upstream, self._up, opened), self._pass(server, writer, self._down, opened)
                )
        finally:
            self._running.discard(task)
            for each in (writer, upstream):
                if each:
                    each.close()

    async def end(self) -> None:
        """Ends all connections."""
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: Direction, opened: float
    ) -> None:
        clock = asyncio.get_running_loop().time
        window = Window(self._line.round_trip)
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = asyncio.create_task(_deliver(queue, writer))
        try:
            while data := await reader.read(CHUNK):
                await _until(max(opened, window.opens(len(data), clock())))
                departure = direction.reserve(len(data), clock())
                window.sent(len(data), departure)
                queue.put_nowait((departure + self._line.round_trip / 2, data))
                await _until(departure - AHEAD_SECONDS)
            queue.put_nowait((clock() + self._line.round_trip / 2, b""))
            await delivering
        finally:
            delivering.cancel()


async def _deliver(queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    while True:
        due, data = await queue.get()
        await _until(due)
        if not data:
            with suppress(OSError):
                writer.write_eof()
            return
        writer.write(data)
        await writer.drain()


async def _until(when: float) -> None:
    seconds = when - asyncio.get_running_loop().time()
    if seconds > 0:
        await asyncio.sleep(seconds)


@contextmanager
def throttled(line: Line, origin: str) -> Iterator[str]:
    """The origin (``http://host:port``) at which ``origin`` is reached over the line, for the length of the block."""
    if line.megabits is None:
        yield origin
        return
    target = urlsplit(origin)
    assert target.hostname
    assert target.port
    relay = _Relay(line, target.hostname, target.port)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="throttle", daemon=True)
    thread.start()
    starting = asyncio.run_coroutine_threadsafe(asyncio.start_server(relay.accept, "127.0.0.1", 0), loop)
    server = starting.result()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(relay.end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
