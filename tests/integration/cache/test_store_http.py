from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.cache.shared_store import SharedStore
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.digests import digest_of_tree


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    (tmp_path / "store").mkdir()
    return tmp_path / "store"


@pytest.fixture
def store(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SharedStore]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(shelf)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield SharedStore(f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    thread.join()
    server.server_close()


def viewer(work: Path) -> None:
    (work / "index.html").write_text("<!doctype html>")


def test_a_store_behind_http_is_read_and_not_written(store: SharedStore, shelf: Path, tmp_path: Path) -> None:
    made = Cache(tmp_path / "first", SharedStore(str(shelf))).entry("base", "key", viewer, shared=True)
    before = sorted(shelf.rglob("*"))
    reporter = SilentReporter()
    cache = Cache(tmp_path / "second", store)

    def never(work: Path) -> None:
        raise AssertionError("was made although the store has it")

    assert digest_of_tree(cache.entry("base", "key", never, shared=True, reporter=reporter)) == digest_of_tree(made)
    assert cache.entry("base", "other", viewer, shared=True, reporter=reporter).is_dir()
    assert sorted(shelf.rglob("*")) == before
    assert not reporter.warnings


def test_a_store_out_of_reach_fails_no_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    reporter = SilentReporter()
    cache = Cache(tmp_path, SharedStore("http://me:geheim@127.0.0.1:1/store"))
    assert cache.entry("base", "key", viewer, shared=True, reporter=reporter).is_dir()
    (warning,) = reporter.warnings
    assert "making it locally" in warning
    assert "geheim" not in warning
