"""Accepts the connections of clients: so many at a time, and none for longer than its client makes use of it."""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from ohifbuild.server.places import TICK_SECONDS, Place, Places

MOST_CONNECTIONS = 1024
DESCRIPTORS_EACH = 2
"""A connection, and the file that is sent through it."""

DESCRIPTORS_KEPT = 128
"""For everything else: the connections to archives, the server's own, a file that is read."""

FEWEST_CONNECTIONS = 8
BACKLOG = 512
"""Connections that wait in the kernel."""

REQUEST_SECONDS = 60
"""How long a client may take from its connection, or from its last answer, to the end of its next request's headers."""

BODY_SECONDS = 10.0
"""How long what is left of a request's body is read after the answer. No body is used."""

UNREAD_SECONDS = 60
"""After this time in which a client takes nothing of an answer, its connection is broken off."""

HANDSHAKE_SECONDS = 10.0
FAREWELL_SECONDS = 5.0
"""For the ends of TLS: the handshake, and the message that closes it."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def most_connections() -> int:
    """The number of connections for which this process has enough file descriptors."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(FEWEST_CONNECTIONS, min(MOST_CONNECTIONS, (soft - DESCRIPTORS_KEPT) // DESCRIPTORS_EACH))


def allow_more_descriptors() -> None:
    """Raises this process's limit of file descriptors as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS * DESCRIPTORS_EACH + DESCRIPTORS_KEPT
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def listening_sockets(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen on each address of ``host``.

    Args:
        port: 0 for any free one, the same for all addresses.

    Raises:
        OSError: an address cannot be used.
    """
    found = await asyncio.get_running_loop().getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    sockets: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            chosen = sockets[0].getsockname()[1] if sockets else port
            listener = socket.create_server((address[0], chosen, *address[2:]), family=family, backlog=BACKLOG)
            sockets.append(listener)
            listener.setblocking(False)
    except BaseException:
        for listener in sockets:
            listener.close()
        raise
    return sockets


class Connection(web.RequestHandler):
    """One connection of a client, in its place."""

    __slots__ = ("_places", "place")

    def __init__(self, server: web.Server, places: Places, place: Place, **options: Any) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._places, self.place = places, place

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._places.leave(self.place)


@web.middleware
async def owing(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Notes that the client waits for us from now on."""
    _note(request, owed=True)
    return await handler(request)


async def owing_no_more(request: web.Request, _response: web.StreamResponse) -> None:
    """Notes that the answer begins, and that the client has to read it; for ``on_response_prepare``."""
    _note(request, owed=False)


def _note(request: web.Request, *, owed: bool) -> None:
    if isinstance(request.protocol, Connection):
        request.protocol.place.owed = owed


@asynccontextmanager
async def accepting(
    server: web.Server, listeners: Sequence[socket.socket], ssl_context: ssl.SSLContext | None, **options: Any
) -> AsyncIterator[None]:
    """Accepts connections for the length of the block, and closes the listeners at its end.

    Connections that are open then remain; those in a handshake do not.

    Args:
        server: of aiohttp.
        options: of ``web.RequestHandler``.
    """
    places, handshakes = Places(most_connections()), set[asyncio.Task[None]]()

    async def accept(listener: socket.socket) -> None:
        while True:
            place = Place()
            await places.take(place)
            try:
                client, _ = await asyncio.get_running_loop().sock_accept(listener)
            except OSError:  # the client has gone, or the system has no descriptor left
                places.leave(place)
                await asyncio.sleep(TICK_SECONDS)
                continue
            with suppress(OSError):  # the client has gone, as is found next
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
            place.client = client
            task = asyncio.create_task(connect(client, place))
            handshakes.add(task)
            task.add_done_callback(handshakes.discard)

    async def connect(client: socket.socket, place: Place) -> None:
        limits = {"ssl_handshake_timeout": HANDSHAKE_SECONDS, "ssl_shutdown_timeout": FAREWELL_SECONDS}
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: Connection(server, places, place, **options),
                client,
                ssl=ssl_context,
                **(limits if ssl_context else {}),
            )
        except OSError:  # the handshake failed, and the connection is closed
            places.leave(place)
        except BaseException:
            places.leave(place)
            raise

    places.start()
    tasks = [asyncio.create_task(accept(listener)) for listener in listeners]
    try:
        yield
    finally:
        for task in (*tasks, *handshakes):
            task.cancel()
        await asyncio.gather(*tasks, *handshakes, return_exceptions=True)
        for listener in listeners:
            listener.close()
        places.stop()
