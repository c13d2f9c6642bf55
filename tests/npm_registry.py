"""An npm registry of our own on loopback, that can be as broken as real ones are."""

from __future__ import annotations

import base64
import hashlib
import http.server
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from ohifbuild.tools.npm import Package


@dataclass
class Registry:
    """Serves what was published to it. ``faults`` are used up by tarball downloads, first one first: a status such as
    "401", "truncated" (the line breaks), "altered" (other bytes of the same length), "garbage", or "halting" (half of
    it, and the rest once ``go_on`` is set)."""

    url: str = ""
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    tarballs: dict[str, bytes] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    authorizations: set[str | None] = field(default_factory=set)
    go_on: threading.Event = field(default_factory=threading.Event)

    def publish(self, name: str, version: str, contents: dict[str, bytes]) -> Package:
        """A package with these files besides its package.json, and its pin."""
        manifest = json.dumps({"name": name, "version": version}).encode()
        data = tarball({"package/package.json": manifest, **{f"package/{k}": v for k, v in contents.items()}})
        return self.publish_bytes(name, version, data)

    def publish_bytes(self, name: str, version: str, data: bytes) -> Package:
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
        path = f"/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
        self.tarballs[path] = data
        document = self.documents.setdefault(name, {"name": name, "versions": {}, "dist-tags": {}})
        dist = {"tarball": self.url + path, "integrity": integrity}
        document["versions"][version] = {"name": name, "version": version, "dist": dist}
        document["dist-tags"]["latest"] = version
        return Package(name, version, integrity, len(data))

    @property
    def downloads(self) -> int:
        """How many tarballs were asked for."""
        return sum(path.endswith(".tgz") for path in self.asked)


def tarball(contents: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    registry: Registry

    def do_GET(self) -> None:
        path = unquote(self.path)
        self.registry.asked.append(path)
        self.registry.authorizations.add(self.headers.get("authorization"))
        if path in self.registry.tarballs:
            self.tarball(self.registry.tarballs[path])
        elif path.lstrip("/") in self.registry.documents:
            self.reply(200, json.dumps(self.registry.documents[path.lstrip("/")]).encode())
        else:
            self.reply(404, b'{"error": "Not found"}')

    def tarball(self, data: bytes) -> None:
        fault = self.registry.faults.pop(0) if self.registry.faults else ""
        if fault.isdigit():
            self.reply(int(fault), b"{}")
        elif fault == "truncated":
            self.reply(200, data[: len(data) // 2], length=len(data))
        elif fault == "altered":
            self.reply(200, data[:-1] + bytes([data[-1] ^ 1]))
        elif fault == "garbage":
            self.reply(200, b"<html>Please log in to the hotel's network</html>")
        elif fault == "halting":
            self.reply(200, data[: len(data) // 2], length=len(data))
            self.wfile.flush()
            self.registry.go_on.wait(60)
            self.wfile.write(data[len(data) // 2 :])
        else:
            self.reply(200, data)

    def reply(self, status: int, body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def serving(registry: Registry) -> Iterator[Registry]:
    """Serves the registry on a free port of the loopback address until the block ends."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"registry": registry}))
    registry.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
