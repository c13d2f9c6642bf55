"""The gate and the proxy under raw requests: whatever they send on names the token's study and no other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from pathlib import Path

from fuzz.lax import studies_in
from fuzz.raw_http import OWN, TOKEN, RawArchive, exchange, raw_archive, requests, running, statuses
from fuzz.target import Check
from fuzz.targets.proxy import is_allowed
from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.server.proxy import Upstream
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application, listening
from ohifbuild.verification.gate import Gate

generate = requests


@contextmanager
def checker() -> Iterator[Check]:
    errors: list[str] = []
    gate = Gate(Tokens({TOKEN: Grant(frozenset({OWN}))}), Settings())
    with tempfile.TemporaryDirectory() as folder:

        async def start(stack: AsyncExitStack) -> tuple[RawArchive, str]:
            archive = await stack.enter_async_context(raw_archive(RawArchive()))
            upstream = Upstream(archive.url)
            await upstream.open()
            stack.push_async_callback(upstream.close)
            to_archive = partial(gate.pass_through, archive=upstream)
            app = application(StaticFiles(Path(folder), "/"), "/dicom-web", to_archive, on_error=errors.append)
            return archive, await stack.enter_async_context(listening(app, "127.0.0.1", 0, grace=0))

        with running(start) as (runner, (archive, origin)):

            def check(data: bytes) -> None:
                errors.clear()
                answer = runner.run(exchange(origin, data))
                heads = archive.heads()
                assert not errors, errors
                assert 500 not in statuses(answer), answer
                for head in heads:
                    assert studies_in(is_allowed(head)) == {OWN}, head
                gate.clear()

            yield check
