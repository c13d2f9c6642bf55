"""The proxies between browser and archive: ``serve`` and the servers that ``deploy`` configures, or one rule less."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aiohttp import web

from attacks.attack_servers import AttackServers
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, Kind, deploy
from ohifbuild.orthanc.admin_client import free_port
from ohifbuild.server.proxy import Upstream
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application
from recording_archive import Received, RecordingArchive
from servers import nginx_running
from web_servers import apache_running, caddy_running

TIMEOUT_SECONDS = 5.0

CONFIGURED: Mapping[str, tuple[Kind, str]] = {
    "nginx": ("nginx", "nginx/viewer.conf"),
    "apache": ("static", "apache.conf"),
    "caddy": ("static", "site.caddy"),
}
KINDS = ("serve", *CONFIGURED)


@dataclass(frozen=True)
class WeakProxy:
    """A server with one rule removed.

    Args:
        configured: by server, the patterns in its configuration and their replacements; each pattern must match.
        serve: by name in the modules of ``serve``, the replacement.
    """

    name: str
    configured: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    serve: Mapping[str, Any] = field(default_factory=dict)

    def applied(self, kind: str, text: str) -> str:
        """The configuration without the rule."""
        for pattern, replacement in self.configured[kind]:
            text, count = re.subn(pattern, replacement, text)
            assert count, f"the configuration of {kind} has no match for {pattern}"
        return text


@dataclass(frozen=True)
class Answer:
    """The answer to a raw request, and the requests that the archive received."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received: tuple[Received, ...]


Requirement = Callable[[Answer], str]


@dataclass(frozen=True)
class SocketAttack:
    """An attack on a server: a request that is sent exactly as written.

    Args:
        request: the request line and further headers.
        kinds: the servers that it is tried on: those that fail without the rule.
        options: how these servers are deployed.
    """

    name: str
    why: str
    request: tuple[str, ...]
    requirement: Requirement
    weakening: WeakProxy
    kinds: tuple[str, ...] = KINDS
    options: DeployOptions = field(default_factory=DeployOptions)


class Proxies:
    """Starts each server once, before one archive that records its requests."""

    def __init__(
        self, folder: Path, dist: Path, archive: RecordingArchive, servers: AttackServers, stack: ExitStack
    ) -> None:
        self._folder = folder
        self._dist = dist
        self._archive = archive
        self._attack_servers = servers
        self._stack = stack
        self._ports: dict[tuple[str, str, DeployOptions], int] = {}

    def run(self, attack: SocketAttack, kind: str, against: WeakProxy | None = None) -> Answer:
        """Runs the attack on one kind of server."""
        port = self._port(kind, against, attack.options)
        self._archive.clear()
        with self._patched(kind, against):
            answer = send_raw(port, attack.request)
        head, _, body = answer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for name, _, value in (line.partition(":") for line in lines):
            headers[name.lower()] = ", ".join(filter(None, [headers.get(name.lower()), value.strip()]))
        status = int(first.split()[1]) if first else 0
        return Answer(status, headers, body, tuple(self._archive.received()))

    @contextmanager
    def _patched(self, kind: str, against: WeakProxy | None) -> Iterator[None]:
        with ExitStack() as stack:
            for name, value in against.serve.items() if against and kind == "serve" else ():
                stack.enter_context(patch(name, value))
            yield

    def _port(self, kind: str, against: WeakProxy | None, options: DeployOptions) -> int:
        key = kind, against.name if against and kind != "serve" else "", options
        if key not in self._ports:
            self._ports[key] = self._serve() if kind == "serve" else self._configured(kind, against, options)
        return self._ports[key]

    def _serve(self) -> int:
        settings, upstream = read_settings(self._dist), Upstream(f"{self._archive.origin}/dicom-web")
        app = application(StaticFiles(self._dist, settings.public_url), "/dicom-web", upstream.handle, names=())

        async def running(_app: web.Application) -> Any:
            await upstream.open()
            yield
            await upstream.close()

        app.cleanup_ctx.append(running)
        return int(self._attack_servers.start(app, "127.0.0.1").origin.rpartition(":")[2])

    def _configured(self, kind: str, against: WeakProxy | None, options: DeployOptions) -> int:
        deployment, file = CONFIGURED[kind]
        folder, port = self._folder / f"{kind}-{len(self._ports)}", free_port(0)
        folder.mkdir(mode=0o755)
        options = replace(options, port=port, archive=self._archive.origin, name="viewer")
        if kind == "nginx":
            options = replace(options, logs=str(folder))
        deploy(deployment, self._dist, folder / "viewer", options, SilentReporter())
        conf = folder / "viewer" / file
        if against:
            conf.write_text(against.applied(kind, conf.read_text()))
        self._stack.enter_context(self._running(kind, folder, conf, port))
        return port

    def _running(self, kind: str, folder: Path, conf: Path, port: int) -> AbstractContextManager[None]:
        if kind == "nginx":
            return nginx_running(conf, folder / "prefix", port)
        return (apache_running if kind == "apache" else caddy_running)(folder, conf, port)


def send_raw(port: int, lines: tuple[str, ...]) -> bytes:
    """Sends a request exactly as written. Returns the answer, or its beginning if the connection is aborted."""
    first, *others = lines
    head = [first, *([] if any(line.lower().startswith("host:") for line in others) else ["Host: localhost"]), *others]
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as connection:
        connection.sendall("\r\n".join([*head, "Connection: close", "", ""]).encode("latin-1"))
        parts = []
        try:
            while part := connection.recv(65536):
                parts.append(part)
        except OSError:
            """The server aborted the connection."""
    return b"".join(parts)
