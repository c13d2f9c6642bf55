"""The filter of the archive's answers: no bytes of an archive redirect, set a cookie, run as a script or fail."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from random import Random

from fuzz.raw_http import RawArchive, exchange, raw_archive, running
from fuzz.spoil import spoilt, text
from fuzz.target import Check
from ohifbuild.server.archive_rules import (
    DIALOG_CHALLENGE,
    REDIRECTS,
    RESPONSE_HEADERS_ALLOWED,
    RESPONSE_HEADERS_REMOVED,
    RESPONSE_HEADERS_SET,
    SCRIPT_TYPE,
)
from ohifbuild.server.proxy import Upstream
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application, listening

OF_OURS = {"server", "connection", "transfer-encoding"} | {name.lower() for name in RESPONSE_HEADERS_SET}
HEADERS = (
    *(
        "Content-Length: 2",
        "Content-Length: 9",
        "Content-Length: -1",
        "Transfer-Encoding: chunked",
        "Content-Encoding: gzip",
    ),
    *(
        "Content-Type: text/javascript",
        "Content-Type: image/png",
        "Content-Type: text/html;charset=x",
        "Content-Type: \xff",
    ),
    *(
        "Content-Type: application/ECMAscript",
        "WWW-Authenticate: Basic realm=x",
        "WWW-Authenticate: x, Digest y",
        "Location: //x",
    ),
    *(
        "Content-Disposition: attachment; filename=\xe4",
        "ETag: \x01",
        "Warning: a",
        "Connection: close",
        "Retry-After: -1",
    ),
    *(f"{name}: {name}" for name in RESPONSE_HEADERS_REMOVED),
)
WORDS = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 302 X\r\n",
    b"\r\n Set-Cookie: a=b",
    b"\xff",
    b"\x85",
)
ASKED = b"GET /dicom-web/studies HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def generate(random: Random) -> bytes:
    status = random.choice((200, 200, 204, 206, 301, 304, 401, 404, 500, 100, 101, 103, 199, 600, 999, 99))
    reason = random.choice(("OK", "", "\xff", text(random)))
    lines = [f"HTTP/1.1 {status} {reason}", *(random.choice(HEADERS) for _ in range(random.randrange(5)))]
    body = random.choice(("", "ok", "2\r\nok\r\n0\r\n\r\n", "2\r\nok\r\n0\r\nSet-Cookie: a=b\r\n\r\n", "x" * 2000))
    return spoilt(random, ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1", "replace"), WORDS)


@contextmanager
def checker() -> Iterator[Check]:
    errors: list[str] = []
    with tempfile.TemporaryDirectory() as folder:

        async def start(stack: AsyncExitStack) -> tuple[RawArchive, str]:
            archive = await stack.enter_async_context(raw_archive(RawArchive(closes=True)))
            upstream = Upstream(archive.url)
            await upstream.open()
            stack.push_async_callback(upstream.close)
            app = application(StaticFiles(Path(folder), "/"), "/dicom-web", upstream.handle, on_error=errors.append)
            return archive, await stack.enter_async_context(listening(app, "127.0.0.1", 0, grace=0))

        with running(start) as (runner, (archive, origin)):

            def check(data: bytes) -> None:
                errors.clear()
                archive.answer = data
                answer = runner.run(exchange(origin, ASKED))
                archive.heads()
                assert not errors, errors
                # Nothing at all means: the connection was cut, because the answer's beginning could not be sent.
                if answer:
                    is_harmless(answer.partition(b"\r\n\r\n")[0])

            yield check


def is_harmless(head: bytes) -> None:
    """Fails unless the head of an answer of ``serve`` has only what the rules allow."""
    first, *lines = head.decode("utf-8", "surrogateescape").split("\r\n")
    status = int(first.split(" ")[1])
    assert status not in REDIRECTS, head
    assert 200 <= status < 600, head
    pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    names = [name for name, _ in pairs]
    assert set(names) <= RESPONSE_HEADERS_ALLOWED | OF_OURS, set(names) - RESPONSE_HEADERS_ALLOWED - OF_OURS
    assert {value for name, value in pairs if name == "content-security-policy"} == {
        RESPONSE_HEADERS_SET["Content-Security-Policy"]
    }, head
    for name, value in pairs:
        assert not (name == "content-type" and re.search(SCRIPT_TYPE, value, re.IGNORECASE)), head
        assert not (name == "www-authenticate" and re.search(DIALOG_CHALLENGE, value, re.IGNORECASE)), head
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value), head
