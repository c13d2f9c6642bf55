"""Raw bytes to a server and to the archive behind it, all in this process, without a library that would correct them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from fuzz.spoil import spoilt, text

Opened = TypeVar("Opened")

OWN, FOREIGN, TOKEN = "1.2.3", "9.8.7", "abc"
HOST = "127.0.0.1"
LAST = (
    3 * b"GET /ohif/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    + b"GET /last HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
)
PATIENCE = 20.0
"""Seconds without any byte from the server after which it counts as hanging."""

WAITING = 0.2
"""Seconds after which a server that may wait for the rest of a body is left."""

HAS_BODY = re.compile(rb"content-length|transfer-encoding|upgrade|connect|expect|PRI", re.IGNORECASE)

TAILS = (
    *(
        f"studies/{OWN}",
        f"studies/{OWN}/series",
        f"studies/{FOREIGN}",
        f"studies/{OWN}/series/{FOREIGN}",
        "studies",
        "series",
    ),
    *(
        f"studies/{OWN}/../{FOREIGN}",
        f"studies/{OWN}%2f..%2f{FOREIGN}",
        f"studies/{FOREIGN}/metadata",
        "instances",
        "",
        "../system",
    ),
)
QUERIES = (
    *(f"StudyInstanceUID={OWN}", f"StudyInstanceUID={FOREIGN}", f"0020000D={OWN}", f"0020000d={FOREIGN}", "limit=1"),
    *(
        f"study-instance-uid={FOREIGN}",
        f"requestType=WADO&studyUID={OWN}&objectUID=1.1",
        f"studyUID={FOREIGN}",
        "PatientID=7",
    ),
    *("includefield=all", "PatientName=*", f"StudyInstanceUID={OWN}%5C{FOREIGN}", f"StudyInstanceUID={OWN},{FOREIGN}"),
)
HEADERS = (
    *(
        b"Host: 127.0.0.1",
        b"Host: other.example",
        b"token: abc",
        b"Token: abc",
        b"token: abc\r\n : x",
        b"Accept: */*",
        b"Cookie: a=b",
    ),
    *(
        b"Content-Length: 3",
        b"Content-Length: 0",
        b"Content-Length: +3",
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: xchunked",
    ),
    *(
        b"Transfer-Encoding : chunked",
        b"Content-Length: 3, 5",
        b"X-HTTP-Method-Override: DELETE",
        b"X-Original-URL: /system",
    ),
    *(
        b"Connection: keep-alive",
        b"Connection: upgrade",
        b"Upgrade: websocket",
        b"Connection: token",
        b"Expect: 100-continue",
    ),
    *(
        b"X-Forwarded-For: 10.0.0.1",
        b"Sec-Fetch-Site: cross-site",
        b"Range: bytes=0-1",
        b"X-\xff: \xff",
        b"Via: \x01",
        b"X: a\rb",
    ),
)
METHODS = (
    "GET",
    "GET",
    "GET",
    "GET",
    "HEAD",
    "POST",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "get",
    "PROPFIND",
    "PRI",
)
WORDS = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\t",
        b"\0",
        b"\x0b",
        b"HTTP/1.0",
        b"HTTP/1.1",
        b"HTTP/0.9",
        b"HTTP/2.0",
        b"GET ",
        b"5\r\nabcde\r\n",
    ),
    *(
        b"0\r\n\r\n",
        b"ffffffffffffffff\r\n",
        b"%2e%2e/",
        b"%2f",
        b"%252e",
        b"%5c",
        b"\\",
        b";",
        b"//",
        b"/./",
        b"?",
        b"#",
        b"@",
    ),
    *(
        b"/dicom-web/",
        FOREIGN.encode(),
        OWN.encode(),
        b"studies/",
        b"http://127.0.0.1",
        *(header + b"\r\n" for header in HEADERS),
    ),
)


def requests(random: Random) -> bytes:
    """One to three requests on one connection, half of them with a few faults."""
    data = b"".join(_request(random) for _ in range(random.choice((1, 1, 2, 3))))
    return spoilt(random, data, WORDS) if random.random() < 0.5 else data


def _request(random: Random) -> bytes:
    start = "/dicom-web/" if random.random() < 0.95 else random.choice(("/", "/ohif/", "/ohif"))
    target = start + (text(random, *TAILS, "/") if random.random() < 0.2 else random.choice(TAILS))
    for mark in "?&"[: random.randrange(3)]:
        target += mark + (text(random, *QUERIES) if random.random() < 0.2 else random.choice(QUERIES))
    method, version = "GET", "HTTP/1.1"
    if random.random() < 0.2:
        method, version = random.choice(METHODS), random.choice(("HTTP/1.1", "HTTP/1.0", "HTTP/9", ""))
    lines = [f"{method} {target} {version}".encode(), b"Host: 127.0.0.1", b"token: abc"]
    body = b""
    if random.random() < 0.4:
        lines += [random.choice(HEADERS) for _ in range(random.randrange(1, 4))]
        body = random.choice(
            (b"", b"abc", b"3\r\nabc\r\n0\r\n\r\n", f"GET /dicom-web/studies/{FOREIGN} HTTP/1.1\r\n\r\n".encode())
        )
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@dataclass
class RawArchive:
    """Records what reaches it, and gives the same answer to each request."""

    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"
    closes: bool = False
    url: str = ""
    received: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers whenever a request's head is complete."""
        rest = b""
        try:
            while piece := await reader.read(65536):
                *heads, rest = (rest + piece).split(b"\r\n\r\n")
                self.received += heads
                for _ in heads:
                    writer.write(self.answer)
                    await writer.drain()
                    if self.closes:
                        return
        except ConnectionError:
            pass
        finally:
            self.received += [rest] if rest else []
            writer.close()

    def heads(self) -> list[bytes]:
        """The heads of the requests since the last call, and whatever came after the last of a connection."""
        found, self.received = self.received, []
        return found


@asynccontextmanager
async def raw_archive(archive: RawArchive) -> AsyncIterator[RawArchive]:
    """The archive on a free port of loopback."""
    server = await asyncio.start_server(archive.serve, HOST, 0)
    archive.url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}/pacs"
    try:
        yield archive
    finally:
        server.close()


async def exchange(origin: str, data: bytes) -> bytes:
    """What a server answers to ``data`` and to a last good request on the same connection, until it closes.

    Raises:
        TimeoutError: it hangs.
    """
    reader, writer = await asyncio.open_connection(HOST, int(origin.rpartition(":")[2]))
    may_wait = HAS_BODY.search(data) is not None
    answer = b""
    try:
        writer.write(data)
        await writer.drain()
        writer.write(LAST)
        while piece := await asyncio.wait_for(reader.read(1 << 20), WAITING if may_wait else PATIENCE):
            answer += piece
    except ConnectionError:
        pass
    except TimeoutError:
        if not may_wait:
            raise
    finally:
        writer.close()
    return answer


def statuses(answer: bytes) -> list[int]:
    """The status of each response in what a server answered."""
    return [int(found) for found in re.findall(rb"HTTP/1\.[01] ([0-9]{3})", answer)]


@contextmanager
def running(start: Callable[[AsyncExitStack], Coroutine[Any, Any, Opened]]) -> Iterator[tuple[asyncio.Runner, Opened]]:
    """An event loop with what ``start`` opens in it; the loop runs while the runner runs something."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        opened = runner.run(start(stack))
        try:
            yield runner, opened
        finally:
            runner.run(stack.aclose())
