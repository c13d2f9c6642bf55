"""Compares the proxy of ``ohifbuild serve`` with nginx: 200 parallel frames of 512 kB through each, from one archive.

Requires nginx and curl on the PATH. The archive is a separate nginx that serves a file, so that the proxies limit the
speed. nginx runs with its default buffers and with the buffers that ``ohifbuild deploy nginx`` configures. Each round
measures all proxies; the result is the ratio of the medians.

    python bench/proxied_frames.py [--frames 2000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ohifbuild.core.processes import run, running

AT_A_TIME = 200
FRAME_BYTES = 512 * 1024

NGINX = """
worker_processes 1; daemon off; pid {here}/pid; error_log {here}/error.log;
events {{ worker_connections 2048; }}
http {{
  access_log off; default_type application/octet-stream; keepalive_requests 1000000;
  client_body_temp_path {here}/b; proxy_temp_path {here}/p; fastcgi_temp_path {here}/f;
  uwsgi_temp_path {here}/u; scgi_temp_path {here}/s;
  {servers}
}}
"""
ARCHIVE = "server {{ listen 127.0.0.1:{archive}; root {www}; }}"
PROXIES = """
  upstream archive {{ server 127.0.0.1:{archive}; keepalive 64; }}
  proxy_http_version 1.1; proxy_set_header Connection "";
  server {{ listen 127.0.0.1:{stock}; location / {{ proxy_pass http://archive; }} }}
  server {{
    listen 127.0.0.1:{deployed}; location / {{ proxy_pass http://archive; }}
    proxy_buffers 16 64k; proxy_buffer_size 64k; proxy_busy_buffers_size 128k; proxy_max_temp_file_size 0;
  }}
"""

OURS = """
import asyncio, sys
from pathlib import Path
from ohifbuild.server.proxy import Upstream
from ohifbuild.server.web_server import application, listening
from ohifbuild.server.static_files import StaticFiles

async def main(archive):
    upstream = Upstream(f"http://127.0.0.1:{archive}/dicom-web")
    await upstream.open()
    app = application(StaticFiles(Path("nowhere"), "/"), "/dicom-web", upstream.handle)
    async with listening(app, "127.0.0.1", 0) as origin:
        print(origin, flush=True)
        await asyncio.Event().wait()

asyncio.run(main(int(sys.argv[1])))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        archive_and_nginx(Path(folder)) as (archive, stock, deployed),
        running([sys.executable, "-c", OURS, str(archive)]) as ours,
    ):
        assert ours.stdout is not None
        origins = {
            "nginx": f"http://127.0.0.1:{stock}",
            "nginx, as deployed": f"http://127.0.0.1:{deployed}",
            "serve": ours.stdout.readline().strip(),
        }
        seconds: dict[str, list[float]] = {name: [] for name in origins}
        for _ in range(options.rounds):
            for name, origin in origins.items():
                seconds[name].append(fetch(origin, options.frames))
        report(seconds, options.frames, peak_memory(ours))


@contextmanager
def archive_and_nginx(here: Path) -> Iterator[tuple[int, int, int]]:
    """Runs one nginx as the archive and another one as the two proxies; yields the three ports."""
    here.chmod(0o755)
    (here / "www" / "dicom-web").mkdir(parents=True)
    (here / "www" / "dicom-web" / "frame").write_bytes(os.urandom(FRAME_BYTES))
    archive, stock, deployed = free_ports()
    proxies = PROXIES.format(archive=archive, stock=stock, deployed=deployed)
    with (
        nginx(here / "archive", ARCHIVE.format(archive=archive, www=here / "www"), archive),
        nginx(here / "proxies", proxies, stock),
    ):
        yield archive, stock, deployed


@contextmanager
def nginx(here: Path, servers: str, port: int) -> Iterator[None]:
    """Runs nginx with these servers in its own folder."""
    here.mkdir()
    (here / "nginx.conf").write_text(NGINX.format(here=here, servers=servers))
    with running(["nginx", "-p", here, "-c", here / "nginx.conf"]) as child:
        while not answers(port):
            assert child.poll() is None, "nginx did not start"
            time.sleep(0.05)
        yield
        child.send_signal(signal.SIGQUIT)


def free_ports() -> tuple[int, int, int]:
    """Three free ports."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        one, two, three = (int(probe.getsockname()[1]) for probe in probes)
    return one, two, three


def answers(port: int) -> bool:
    """Whether a program listens on the port."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def fetch(origin: str, frames: int) -> float:
    """Seconds to load the frames, 200 at a time."""
    url = f"{origin}/dicom-web/frame?[1-{frames}]"
    parallel = ["--parallel", "--parallel-max", str(AT_A_TIME)]
    began = time.monotonic()
    run(["curl", "--silent", "--fail", *parallel, url, "--output", "/dev/null"])
    return time.monotonic() - began


def peak_memory(child: subprocess.Popen[str]) -> int:
    """The peak memory of a process, in bytes."""
    status = Path(f"/proc/{child.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def report(seconds: dict[str, list[float]], frames: int, memory: int) -> None:
    megabytes = frames * FRAME_BYTES / 1e6
    ours = statistics.median(seconds["serve"])
    for name, found in seconds.items():
        median = statistics.median(found)
        spread = f"{min(found):.2f} to {max(found):.2f}"
        ratio = f"serve's time / its time: {ours / median:.2f}"
        print(f"{name:<27} {median:6.2f} s ({spread})  {megabytes / median:6.0f} MB/s  {ratio}")
    print(f"serve's peak memory: {memory / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
