"""A limited number of places, for the connections of clients and for requests to an archive.

While places are free, a slow client keeps its own for as long as it takes. When all are taken and another client comes,
the client that has been quiet for the longest time loses its place: it does not send its request, or does not read its
answer. A client that waits for us keeps its place. So slow clients, however many, do not keep the others out.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from asyncio.trsock import TransportSocket
from contextlib import suppress

TICK_SECONDS = 0.5
QUIET_TICKS = 3
"""A client is quiet after so many ticks in a row in which it took less than ``LEAST_BYTES``."""

LEAST_BYTES = 1024
BYTES_ACKED = struct.Struct("120xQ")
"""``tcpi_bytes_acked`` in ``struct tcp_info`` (linux/tcp.h): what the client's machine has received."""

RESET = struct.pack("ii", 1, 0)
"""Closing drops what was not sent yet (SO_LINGER)."""


class Place:
    """One place.

    Args:
        client: the client's socket, as soon as it is known.
        owed: whether the client waits for us.
    """

    def __init__(self, client: socket.socket | TransportSocket | None = None, *, owed: bool = False) -> None:
        self.client, self.owed = client, owed
        self.quiet_ticks = 0
        self._received = 0

    def tick(self) -> None:
        """Looks what the client received since the last tick."""
        received = self._bytes_received()
        quiet = not self.owed and received - self._received < LEAST_BYTES
        self.quiet_ticks = self.quiet_ticks + 1 if quiet else 0
        self._received = received

    def cut(self) -> None:
        """Breaks off the client's connection: the client sees that, and whoever serves it gets an error."""
        if self.client is not None:
            with suppress(OSError):  # it has gone
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                self.client.shutdown(socket.SHUT_RDWR)

    def _bytes_received(self) -> int:
        if self.client is None:
            return 0
        try:
            facts = self.client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, BYTES_ACKED.size)
            return int(BYTES_ACKED.unpack(facts)[0])
        except (OSError, struct.error):  # the client has gone; the kernel is older than 4.1
            return 0


class Places:
    """At most ``limit`` places at a time. ``start`` it before use.

    Args:
        limit: the number of places.
    """

    def __init__(self, limit: int) -> None:
        self._free = asyncio.Semaphore(limit)
        self._taken: set[Place] = set()
        self._cut: set[Place] = set()
        self._waiting = 0
        self._watch: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to look which clients are quiet."""
        self._watch = asyncio.create_task(self._look())

    def stop(self) -> None:
        """Ends that."""
        if self._watch:
            self._watch.cancel()

    async def take(self, place: Place) -> None:
        """Takes a place, if need be after those that have waited longer."""
        self._waiting += 1
        try:
            self._make_room()
            await self._free.acquire()
        finally:
            self._waiting -= 1
        self._taken.add(place)

    def leave(self, place: Place) -> None:
        """Gives a place back; does nothing if that was done."""
        if place in self._taken:
            self._taken.remove(place)
            self._cut.discard(place)
            self._free.release()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for place in self._taken:
                place.tick()
            self._make_room()

    def _make_room(self) -> None:
        if not self._free.locked():
            return
        quiet = [place for place in self._taken - self._cut if place.quiet_ticks >= QUIET_TICKS]
        quiet.sort(key=lambda place: place.quiet_ticks, reverse=True)
        for place in quiet[: max(self._waiting - len(self._cut), 0)]:
            self._cut.add(place)
            place.cut()
