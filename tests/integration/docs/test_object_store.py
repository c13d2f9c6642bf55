"""The nginx of the how-to follows an archive's redirect to an object store, and never with the token."""

from __future__ import annotations

import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from servers import nginx_running

PAGE = Path(__file__).parents[3] / "docs/how-to/several-archives.md"
HEADERS = {"token": "t0ken", "Authorization": "Bearer t0ken", "Cookie": "a=b"}


class Place:
    """A server that records the headers of requests, and answers with a redirect or a text."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []
        self.location = ""
        self.port = 0


@contextmanager
def place() -> Iterator[Place]:
    found = Place()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(307 if found.location else 200)
            if found.location:
                self.send_header("Location", found.location)
            self.end_headers()
            self.wfile.write(f"{self.path}".encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield found
        finally:
            server.shutdown()


def ask(port: int) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/dicom-web/studies/1/frames/1", headers=HEADERS)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    (text,) = re.findall(r"^```text\n(server \{.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    path = tmp_path / "store.conf"
    path.write_text(text)
    return path


def test_the_object_arrives_and_the_store_sees_no_header_of_the_browser(conf: Path, tmp_path: Path) -> None:
    with place() as archive, place() as store, place() as other:
        port = free_port()
        text = conf.read_text().replace("127.0.0.1:8043", f"127.0.0.1:{port}")
        text = text.replace("127.0.0.1:8042", f"127.0.0.1:{archive.port}")
        conf.write_text(text.replace("https://STORE/", f"http://127.0.0.1:{store.port}/"))
        with nginx_running(conf, tmp_path / "nginx", port):
            assert ask(port) == (200, "/dicom-web/studies/1/frames/1")
            assert archive.headers[0]["token"] == "t0ken"
            archive.location = f"http://127.0.0.1:{store.port}/object?X-Signature=a%2Fb"
            assert ask(port) == (200, "/object?X-Signature=a%2Fb")
            assert not {"token", "authorization", "cookie"} & store.headers[0].keys()
            archive.location = f"http://127.0.0.1:{other.port}/object"
            assert ask(port)[0] == 502
            assert other.headers == []
