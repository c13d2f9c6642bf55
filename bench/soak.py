"""Loads ``ohifbuild serve`` with good, slow, half-open and aborting clients, and says what that costs the server.

    python bench/soak.py [--requests 1000000] [--clients 500] [--bad 200] [--seed 1] [--descriptors 256] [--https]

The server, a small archive behind it and the clients are three processes. Exit status 1: a rule does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ohifbuild.core.processes import running
from soak_archive import FRAME, METADATA
from soak_clients import BAD, Good, bad

SCRIPT = b"x" * 60_000
LARGE_FILE = 16 * 1024 * 1024
PAGE = """<script type="application/json" id="ohifbuild-settings">
{"tokenParam": "token", "tokenHeader": "token", "tokenScheme": "", "roots": ["/dicom-web"], "priors": "never",
"storage": "tab", "studyList": false, "publicUrl": "/"}</script>viewer"""

ANSWERS: Mapping[str, tuple[bytes, int]] = {
    "/viewer?StudyInstanceUIDs=1.2": (PAGE.encode(), 30),
    "/app.0123456789abcdef.js": (SCRIPT, 25),
    "/dicom-web/studies/1/metadata": (METADATA, 43),
    "/dicom-web/studies/1/frame": (FRAME, 2),
}
WARM_UP = 0.2
"""The part of the requests after which the server's memory is looked at first."""

GROWTH, ALLOWANCE = 1.1, 8 * 1024 * 1024
"""The memory is flat if it ends at no more than so many times what it was after the warm-up, and so many bytes more."""

CONNECTIONS = 64
"""To the archive, at the most."""

ESTABLISHED = "01"
"""The state of a connection in ``/proc/net/tcp``."""

WATCH_SECONDS = 0.2
PROGRESS = 20
"""How many lines say how far it is."""

LONGEST = 60.0
"""Seconds for descriptors to be closed, and for the server to stop."""


@dataclass(frozen=True)
class Use:
    """What a process uses: bytes of memory, file descriptors and threads."""

    memory: int
    descriptors: int
    threads: int


def use_of(pid: int) -> Use:
    """What a process uses now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    descriptors = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return Use(int(facts["VmRSS"].split()[0]) * 1024, descriptors, int(facts["Threads"]))


@dataclass
class Findings:
    """What a run found. Times are seconds, sizes are bytes; ``bad`` and ``cut`` count by the kind of client."""

    base: Use
    requests: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    cut: Counter[str] = field(default_factory=Counter)
    warm: Use | None = None
    end: Use | None = None
    after: Use | None = None
    archive_connections: int = 0
    status: int | None = None
    said: str = ""

    def latency(self, part: float) -> float:
        """The latency that this part of the requests did not exceed."""
        found = sorted(self.latencies)
        return found[min(int(part * len(found)), len(found) - 1)]

    def broken_rules(self) -> list[str]:
        """The rules that do not hold, each as a sentence."""
        assert self.warm is not None
        assert self.end is not None
        assert self.after is not None
        flat = self.end.memory <= self.warm.memory * GROWTH + ALLOWANCE
        threads = 2 + min(32, (os.cpu_count() or 1) + 4)  # asyncio's own pool
        rules = {
            f"Good clients got wrong answers: {dict(self.wrong)}.": not self.wrong,
            f"The memory grew from {self.warm.memory} to {self.end.memory} bytes.": flat,
            f"Of {self.base.descriptors} descriptors {self.after.descriptors} are left.": (
                self.after.descriptors <= self.base.descriptors
            ),
            f"There are {self.end.threads} threads.": self.end.threads <= threads,
            f"The archive had {self.archive_connections} connections.": self.archive_connections <= CONNECTIONS,
            f"SIGTERM ended the server with {self.status}.": self.status == 0,
            f"The server printed: {self.said}": "Traceback" not in self.said,
        }
        return [sentence for sentence, holds in rules.items() if not holds]

    def summary(self) -> dict[str, object]:
        """The figures, for people and programs."""
        uses = {name: vars(use) for name in ("base", "warm", "end", "after") if (use := getattr(self, name))}
        milliseconds = {name: round(self.latency(part) * 1000, 1) for name, part in PARTS.items()}
        return {
            "requests": self.requests,
            "seconds": round(self.seconds, 1),
            "milliseconds": milliseconds,
            "use": uses,
            "archive_connections": self.archive_connections,
            "bad": dict(self.bad),
            "cut": dict(self.cut),
            "broken": self.broken_rules(),
        }


PARTS = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1.0}


@contextmanager
def served(descriptors: int | None = None) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A server before an archive: its process, its origin and the archive's.

    Args:
        descriptors: how many file descriptors it may have; None for as many as this process.
    """
    limited = ["prlimit", f"--nofile={descriptors}", "--"] if descriptors else []
    with (
        tempfile.TemporaryDirectory() as folder,
        running([sys.executable, Path(__file__).with_name("soak_archive.py")]) as archive,
    ):
        assert archive.stdout is not None
        there = archive.stdout.readline().strip()
        dist = Path(folder)
        (dist / "index.html").write_text(PAGE)
        (dist / "app.0123456789abcdef.js").write_bytes(SCRIPT)
        (dist / "large.0123456789abcdef.wasm").write_bytes(bytes(LARGE_FILE))
        command = [*limited, sys.executable, "-m", "ohifbuild", "serve", str(dist), "--port", "0"]
        with running([*command, "--dicomweb", f"{there}/dicom-web"]) as server:
            assert server.stdout is not None
            said = []
            for line in server.stdout:
                said.append(line)
                if line.startswith("Press Ctrl-C"):
                    break
            origin = next(line.split()[-1] for line in said if line.startswith("The viewer is at"))
            yield server, origin.rstrip("/"), there


def soak(
    requests: int, clients: int, bads: int, *, seed: int = 1, descriptors: int | None = None, reconnect: bool = False
) -> Findings:
    """Sends so many good requests, while the bad clients do what they do, and stops the server at the end.

    Args:
        requests: of the good clients, in all.
        clients: good and bad.
        bads: how many of the clients are bad.
        seed: decides which good client requests what.
        descriptors: how many file descriptors the server may have.
        reconnect: whether good clients use a new connection for each request.
    """
    with served(descriptors) as (server, origin, archive):
        findings = asyncio.run(_load(server.pid, origin, archive, requests, clients, bads, seed, reconnect))
        findings.status = asyncio.run(_stop(server, origin))
        assert server.stdout is not None
        findings.said = server.stdout.read()
        return findings


async def _load(
    pid: int, origin: str, archive: str, requests: int, clients: int, bads: int, seed: int, reconnect: bool
) -> Findings:
    findings, parts = Findings(use_of(pid)), urlsplit(origin)
    address = parts.hostname or "", parts.port or 0
    watch = asyncio.create_task(_watch(pid, archive, findings))
    kinds = list(BAD)
    others = [
        asyncio.create_task(bad(kinds[number % len(kinds)], address, findings.bad, findings.cut))
        for number in range(bads)
    ]
    goods = [Good(address, ANSWERS, seed * clients + number, reconnect=reconnect) for number in range(clients - bads)]

    async def ask(client: Good) -> None:
        while findings.requests < requests:
            findings.requests += 1
            if findings.requests == int(requests * WARM_UP):
                findings.warm = use_of(pid)
            if findings.requests % (requests // PROGRESS) == 0:
                print(findings.requests, use_of(pid), f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
            wrong, seconds = await client.ask()
            findings.latencies.append(seconds)
            if wrong:
                findings.wrong[wrong] += 1

    began = time.perf_counter()
    await asyncio.gather(*map(ask, goods))
    findings.seconds = time.perf_counter() - began
    findings.end = use_of(pid)
    for client in goods:
        client.close()
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    watch.cancel()
    findings.after = await _at_rest(pid, archive, findings.base)
    return findings


async def _watch(pid: int, archive: str, findings: Findings) -> None:
    port = urlsplit(archive).port or 0
    while True:
        findings.archive_connections = max(findings.archive_connections, connections_to(port, pid))
        await asyncio.sleep(WATCH_SECONDS)


def connections_to(port: int, pid: int) -> int:
    """How many connections the network of a process has to a port, as seen by those who opened them."""
    rows = (line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:])
    return sum(remote.endswith(f":{port:04X}") and state == ESTABLISHED for _, _, remote, state, *_ in rows)


async def _at_rest(pid: int, archive: str, base: Use) -> Use:
    """What the server uses without clients; connections to the archive that are kept for later do not count."""
    end = time.monotonic() + LONGEST
    while True:
        with urllib.request.urlopen(f"{archive}/connections") as answer:
            connections = json.load(answer)
        now = use_of(pid)
        now = Use(now.memory, now.descriptors - connections, now.threads)
        if now.descriptors <= base.descriptors or time.monotonic() > end:
            return now
        await asyncio.sleep(0.1)


async def _stop(server: subprocess.Popen[str], origin: str) -> int:
    """The exit status of the server after SIGTERM, which comes while a bad client of each kind is connected."""
    parts, met = urlsplit(origin), Counter[str]()
    address = parts.hostname or "", parts.port or 0
    others = [asyncio.create_task(bad(kind, address, met, Counter())) for kind in BAD]
    while len(met) < len(BAD):
        await asyncio.sleep(0.01)
    server.send_signal(signal.SIGTERM)
    status = await asyncio.to_thread(server.wait, LONGEST)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return status


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--bad", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--descriptors", type=int)
    parser.add_argument("--reconnect", action="store_true")
    options = parser.parse_args()
    findings = soak(
        options.requests,
        options.clients,
        options.bad,
        seed=options.seed,
        descriptors=options.descriptors,
        reconnect=options.reconnect,
    )
    print(json.dumps(findings.summary(), indent=2))
    sys.exit(bool(findings.broken_rules()))


if __name__ == "__main__":
    main()
