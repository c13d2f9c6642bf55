"""A new viewer on a running server: no visitor meets a moment without files, or a page that its policy forbids."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, Kind, check, deploy
from ohifbuild.server.headers import inline_hashes
from ohifbuild.viewer.manifest import MANIFEST_NAME, Manifest, hash_tree
from servers import nginx_running
from web_servers import apache_running

TABS = 50
OLD_CHUNK, NEW_CHUNK = "12.bundle.0123456789abcdef0123.js", "12.bundle.fedcba98765432100123.js"
OLD_FOLDER, NEW_FOLDER = "0123456789ab/", "ba9876543210/"
NOT_ASKED_FOR = (".html", ".br", ".gz")
WAIT_SECONDS = 30


def newer(dist: Path, target: Path) -> Path:
    """A dist with another inline script, another configuration, and other names of its chunks."""
    for path in dist.rglob("*"):
        if path.is_file() and not path.name.startswith("index.html.") and path.name != MANIFEST_NAME:
            name = path.relative_to(dist).as_posix().replace(OLD_CHUNK, NEW_CHUNK).replace(OLD_FOLDER, NEW_FOLDER)
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(path.read_bytes())
    page = target / "index.html"
    page.write_text(page.read_text().replace("window.early", "window.later"))
    (target / "app-config.js").write_text((dist / "app-config.js").read_text() + "// new\n")
    Manifest(hash_tree(target), {"options": {}}).write(target)
    return target


@contextmanager
def _nginx(folder: Path, conf: Path, port: int) -> Iterator[Callable[[], None]]:
    with nginx_running(conf, folder / "prefix", port):
        yield lambda: os.kill(int((folder / "prefix/pid").read_text()), signal.SIGHUP)


@contextmanager
def _apache(folder: Path, conf: Path, port: int) -> Iterator[Callable[[], None]]:
    with apache_running(folder, conf, port):
        yield lambda: os.kill(int((folder / "pid").read_text()), signal.SIGUSR1)


class Visitors:
    """Fetches the page again and again, and keeps what was wrong with it."""

    def __init__(self, web: Any, base: str) -> None:
        self.faults: list[str] = []
        self._web = web
        self._base = base
        self._changed = threading.Condition()
        self._seen: dict[bool, int] = {True: 0, False: 0}
        self._ended = threading.Event()

    def visit(self) -> None:
        while not self._ended.is_set():
            page = self._web.ask(f"{self._base}viewer?StudyInstanceUIDs=1.2")
            text, policy = page.body.decode(), page.headers.get("content-security-policy", "")
            fits = page.status == 200 and all(digest in policy for digest in inline_hashes(text))
            config = self._web.ask(f"{self._base}app-config.js").status
            if not fits or config != 200:
                self.faults.append(f"{page.status} {config} {policy[:80]} {text[-80:]}")
            with self._changed:
                self._seen["window.later" in text] += 1
                self._changed.notify_all()

    def wait_for(self, pages: int, *, new: bool) -> None:
        """Waits until so many more pages of the old or the new viewer were fetched."""
        with self._changed:
            enough = self._seen[new] + pages
            assert self._changed.wait_for(lambda: self._seen[new] >= enough, WAIT_SECONDS)

    def end(self) -> None:
        self._ended.set()


@pytest.mark.parametrize(
    ("kind", "conf", "running"), [("nginx", "nginx/viewer.conf", _nginx), ("static", "apache.conf", _apache)]
)
def test_no_visitor_notices_an_upgrade_and_open_tabs_keep_their_chunks(
    write_dist: Any, web: Any, kind: Kind, conf: str, running: Any
) -> None:
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(TABS) as pool:
        folder = Path(name)
        folder.chmod(0o755)
        old = write_dist(folder / "old", public_url="/ohif/")
        new, target, port = newer(old, folder / "new"), folder / "viewer", web.free_port()
        options = DeployOptions(port=port, logs=str(folder) if kind == "nginx" else DeployOptions.logs)
        deploy(kind, old, target, options, SilentReporter())
        with running(folder, target / conf, port) as reload:
            visitors = Visitors(web, f"http://127.0.0.1:{port}/ohif/")
            visits = [pool.submit(visitors.visit) for _ in range(4)]
            try:
                visitors.wait_for(20, new=False)
                deploy(kind, new, target, options, SilentReporter())
                # The server has not read its new configuration: it goes on serving the old viewer whole.
                visitors.wait_for(20, new=False)
                reload()
                visitors.wait_for(20, new=True)
            finally:
                visitors.end()
            for visit in visits:
                visit.result(WAIT_SECONDS)
            chunks = [each for each in hash_tree(old) if not each.endswith(NOT_ASKED_FOR)]
            asked = [f"http://127.0.0.1:{port}/ohif/{each}" for each in chunks] * TABS
            answers = list(pool.map(web.ask, asked))
            compressed = web.ask(f"http://127.0.0.1:{port}/ohif/{OLD_CHUNK}", {"Accept-Encoding": "gzip"})
    assert visitors.faults == []
    assert {answer.status for answer in answers} == {200}
    assert compressed.headers["content-encoding"] == "gzip"


KILLED = """
import os, signal, sys
from pathlib import Path
from unittest.mock import patch
import ohifbuild.deploy, ohifbuild.viewer.output
from ohifbuild.core.console import SilentReporter
from ohifbuild.deploy import DeployOptions, deploy

where, number, dist, target = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
module, _, name = where.rpartition(".")
original, calls = getattr(sys.modules[module], name), []

def last(*words, **options):
    calls.append(1)
    if len(calls) == number:
        os.kill(os.getpid(), signal.SIGKILL)
    done = original(*words, **options)
    if len(calls) == -number:
        os.kill(os.getpid(), signal.SIGKILL)
    return done

with patch(where, last):
    deploy("nginx", dist, target, DeployOptions(port=8099), SilentReporter())
"""


@pytest.mark.parametrize(
    ("where", "number", "is_new"),
    [
        ("ohifbuild.deploy.link_tree", -1, False),
        ("ohifbuild.deploy.keep_earlier", 1, False),
        ("ohifbuild.deploy._write", 3, False),
        ("ohifbuild.viewer.output.exchanged", 1, False),
        ("ohifbuild.viewer.output.exchanged", -1, True),
        ("shutil.rmtree", 1, True),
    ],
)
def test_a_killed_deployment_leaves_the_old_one_or_the_new_one_whole(
    tmp_path: Path, make_dist: Any, where: str, number: int, is_new: bool
) -> None:
    old, target = make_dist(public_url="/ohif/"), tmp_path / "viewer"
    new = newer(old, tmp_path / "new")
    deploy("nginx", old, target, DeployOptions(), SilentReporter())
    (target / "orthanc/tokens.json").write_text('{"0": {}}')
    killed = subprocess.run([sys.executable, "-c", "import shutil\n" + KILLED, where, str(number), new, target])
    assert killed.returncode == -signal.SIGKILL
    found = {
        "old": not check("nginx", old, target, DeployOptions()),
        "new": not check("nginx", new, target, DeployOptions(port=8099)),
    }
    assert found == {"old": not is_new, "new": is_new}
    assert json.loads((target / "orthanc/tokens.json").read_text()) == {"0": {}}
    # The files that the configuration names are there, and the next deployment succeeds.
    (root,) = set(re.findall(r"\n    root (\S+);", (target / "nginx/viewer.conf").read_text()))
    assert Path(root, "ohif/index.html").is_file()
    deploy("nginx", new, target, DeployOptions(), SilentReporter())
    assert not check("nginx", new, target, DeployOptions())
