"""``serve`` under raw requests: the archive gets plain GET and HEAD requests below its root, and nothing else."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from fuzz.lax import goes_up
from fuzz.raw_http import RawArchive, exchange, raw_archive, requests, running, statuses
from fuzz.target import Check
from ohifbuild.server.archive_rules import REQUEST_HEADERS_REMOVED, plain_target
from ohifbuild.server.proxy import BODY_HEADERS, CONNECTION_HEADERS, Upstream
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application, listening

TARGET = re.compile(plain_target(["/pacs"]))
FORBIDDEN = {name.lower() for name in REQUEST_HEADERS_REMOVED} | BODY_HEADERS | CONNECTION_HEADERS - {"connection"}

generate = requests


@contextmanager
def checker() -> Iterator[Check]:
    errors: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "index.html").write_text("<p>viewer")

        async def start(stack: AsyncExitStack) -> tuple[RawArchive, str]:
            archive = await stack.enter_async_context(raw_archive(RawArchive()))
            upstream = Upstream(archive.url)
            await upstream.open()
            stack.push_async_callback(upstream.close)
            files = StaticFiles(Path(folder), "/ohif/")
            app = application(files, "/dicom-web", upstream.handle, names={"viewer.example"}, on_error=errors.append)
            return archive, await stack.enter_async_context(listening(app, "127.0.0.1", 0, grace=0))

        with running(start) as (runner, (archive, origin)):

            def check(data: bytes) -> None:
                errors.clear()
                answer = runner.run(exchange(origin, data))
                heads = archive.heads()
                assert not errors, errors
                assert 500 not in statuses(answer), answer
                for head in heads:
                    is_allowed(head)

            yield check


def is_allowed(head: bytes) -> str:
    """The target of a request that the archive received.

    Raises:
        AssertionError: the request is one that must not have been sent.
    """
    first, *lines = head.split(b"\r\n")
    method, target, version = first.decode("ascii").split(" ")
    assert method in ("GET", "HEAD"), head
    assert version == "HTTP/1.1", head
    assert TARGET.fullmatch(target), head
    assert not goes_up(target), head
    names = [line.partition(b":")[0].decode("ascii").lower() for line in lines]
    assert not FORBIDDEN & set(names), head
    assert names.count("host") == 1, head
    return target
