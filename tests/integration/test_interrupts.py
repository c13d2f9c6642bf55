"""Ctrl-C while a program of ours waits for an answer that does not come: it ends at once, whatever waits."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE_SECONDS = 60.0
# A program that has been asked to stop, and the programs that it stops, need a moment on a busy machine.
AT_ONCE_SECONDS = 6.0
REFS = "import sys; from ohifbuild.sources.git_remote import refs_of; refs_of(sys.argv[1])"


class SilentServer:
    """Takes every connection and says nothing; ``asked`` is set at the first."""

    def __init__(self, listening: socket.socket) -> None:
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.asked = threading.Event()
        self._listening, self._held = listening, list[socket.socket]()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._held.append(connection)
            self.asked.set()


@pytest.fixture
def silent() -> Iterator[SilentServer]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = SilentServer(listening)
        thread = threading.Thread(target=server.run)
        thread.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()
    for connection in server._held:
        connection.close()


def interrupted(command: list[str], env: dict[str, str], silent: SilentServer) -> int:
    """The exit status of a program that is interrupted once it waits for the silent server."""
    child = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert silent.asked.wait(PATIENCE_SECONDS)
        child.send_signal(signal.SIGINT)
        return child.wait(AT_ONCE_SECONDS)
    finally:
        child.kill()
        child.wait()


def test_a_git_remote_that_says_nothing_does_not_hold_up_ctrl_c(silent: SilentServer) -> None:
    status = interrupted(["-c", REFS, f"{silent.url}/Viewers.git"], {"NO_PROXY": "127.0.0.1"}, silent)
    assert status == -signal.SIGINT


def test_registries_that_say_nothing_do_not_hold_up_ctrl_c(silent: SilentServer, tmp_path: Path) -> None:
    env = {
        "OHIFBUILD_CACHE": str(tmp_path),
        "npm_config_registry": f"{silent.url}/npm",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": f"{silent.url}/pypi",
        "PIP_TRUSTED_HOST": "127.0.0.1",
        # OHIF's own remote is asked through a proxy that is silent too.
        "https_proxy": silent.url,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    assert interrupted(["-m", "ohifbuild", "doctor"], env, silent) == 130
