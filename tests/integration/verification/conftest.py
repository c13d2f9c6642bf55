"""A small dist of our own making, the dataset, and a way to ask that hides nothing."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest

from dists import page_settings
from ohifbuild.cache.entries import Cache
from ohifbuild.verification.dataset import write_dataset

SETTINGS = page_settings(publicUrl="/ohif/")


@dataclass(frozen=True)
class Reply:
    """Status, headers (names in lower case; the last of a name) and body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def parts(self) -> list[tuple[str, bytes]]:
        """Type and body of each part of a multipart answer."""
        boundary = self.headers["content-type"].rpartition("boundary=")[2].encode()
        pieces = self.body.split(b"--" + boundary)
        assert pieces[0] == b""
        assert pieces[-1] == b"--\r\n"
        found = []
        for piece in pieces[1:-1]:
            head, _, body = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            found.append((fields["Content-Type"], body.removesuffix(b"\r\n")))
        return found


class Ask(Protocol):
    def __call__(
        self, url: str, *headers: tuple[str, str], method: str = "GET", body: bytes | None = None
    ) -> Reply: ...


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Asks for a URL with exactly these headers; the path goes out as it is written."""

    def asked(url: str, *headers: tuple[str, str], method: str = "GET", body: bytes | None = None) -> Reply:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        target = parts.path + ("?" + parts.query if parts.query else "")
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        try:
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, found, answer.read())
        finally:
            connection.close()

    return asked


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset's folder."""
    folder = tmp_path_factory.mktemp("dataset")
    write_dataset(folder)
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """A cache of the tests' own."""
    return Cache(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def empty_dist(tmp_path: Path) -> Path:
    """A folder to serve in a dist's place, where only the archive matters."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def write_dist(dist: Path, settings: dict[str, Any]) -> None:
    """A dist of a few files that looks like the real ones from outside."""
    page = (
        '<!doctype html><html><head><meta charset="UTF-8">'
        f'<script type="application/json" id="ohifbuild-settings">{json.dumps(settings)}</script>'
        "<script>window.early = 1;</script></head><body>viewer</body></html>"
    )
    (dist / "assets").mkdir(parents=True)
    (dist / "ohifbuild" / "0123456789ab").mkdir(parents=True)
    (dist / "index.html").write_text(page)
    (dist / "app-config.js").write_text("window.config = {};")
    chunk = dist / "12.bundle.1c9ce804d1e88033e276.js"
    chunk.write_text("plain")
    chunk.with_name(chunk.name + ".br").write_bytes(b"brotli")
    chunk.with_name(chunk.name + ".gz").write_bytes(b"gzip")
    (dist / "17dd54813d5acc10bf8f.wasm").write_bytes(b"\0asm")
    (dist / "ohifbuild" / "0123456789ab" / "mode.js").write_text("export default {};")
    (dist / ".secret").write_text("hidden")
    (dist.parent / "outside.js").write_text("outside")
    (dist / "link.js").symlink_to(dist.parent / "outside.js")


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """Such a dist at ``/ohif/``."""
    write_dist(tmp_path / "dist", SETTINGS)
    return tmp_path / "dist"
