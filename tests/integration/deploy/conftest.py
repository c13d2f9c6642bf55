"""A small dist, and real servers for what deploy writes."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
import pytest

from dists import page_settings, settings_element
from ohifbuild.verification.dataset import write_dataset
from ohifbuild.viewer.app_config import CONFIG_START
from ohifbuild.viewer.manifest import Manifest, hash_tree
from servers import nginx_running

CHUNK = "12.bundle.0123456789abcdef0123.js"
MODULE = "ohifbuild/0123456789ab/extension.js"
INLINE = 'window.early = "<";'


@dataclass(frozen=True)
class Answer:
    """What a server answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    names: tuple[str, ...] = ()


def _write_dist(
    dist: Path,
    *,
    public_url: str = "/",
    root: str = "/dicom-web",
    header: str = "token",
    more_roots: tuple[str, ...] = (),
    further: Sequence[Mapping[str, object]] = (),
) -> Path:
    """A dist with one file of each sort."""
    settings = page_settings(tokenHeader=header, roots=[root, *more_roots], publicUrl=public_url, further=further)
    page = (
        "<!doctype html><html><head>"
        f"{settings_element(settings)}"
        f"<script>{INLINE}</script></head><body>viewer</body></html>"
    )
    texts = {
        "index.html": page,
        "app-config.js": CONFIG_START + json.dumps({"routerBasename": "/ohif", "dataSources": [1]}) + ";\n",
        CHUNK: "console.log(1);\n" * 200,
        MODULE: "export default 1;\n",
        "worker.mjs": "export {};\n",
        "0123456789abcdef0123.wasm": "wasm",
        "assets/icon.svg": "<svg/>",
    }
    for name, text in texts.items():
        path = dist / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in ("index.html", CHUNK):
        (dist / f"{name}.gz").write_bytes(gzip.compress((dist / name).read_bytes()))
        (dist / f"{name}.br").write_bytes(brotli.compress((dist / name).read_bytes()))
    Manifest(hash_tree(dist), {"options": {}}).write(dist)
    return dist


@pytest.fixture(scope="session")
def write_dist() -> Callable[..., Path]:
    return _write_dist


@pytest.fixture
def make_dist(tmp_path: Path) -> Callable[..., Path]:
    def make(**options: Any) -> Path:
        return _write_dist(tmp_path / "dist", **options)

    return make


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


class Web:
    """Ways to ask a server on this machine."""

    def __init__(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        secure = urllib.request.HTTPSHandler(context=context)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect(), secure)

    def ask(self, url: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
        request = urllib.request.Request(url, headers=dict(headers or {}), method=method)
        try:
            response = self._opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            names = tuple(name.lower() for name in response.headers)
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, response.read(), names)

    def raw(self, port: int, request: str) -> str:
        """The answer to a request exactly as written, which no client library would send so."""
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(request.encode("latin-1"))
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
        return b"".join(parts).decode("latin-1")

    def free_port(self) -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def web() -> Web:
    return Web()


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset")
    write_dataset(folder)
    return folder


@pytest.fixture
def nginx(tmp_path: Path) -> Callable[[Path, int], AbstractContextManager[str]]:
    """Runs nginx with a file for its http context; yields its origin."""

    @contextmanager
    def started(conf: Path, port: int) -> Iterator[str]:
        with nginx_running(conf, tmp_path / "nginx-prefix", port):
            yield f"http://127.0.0.1:{port}"

    return started
