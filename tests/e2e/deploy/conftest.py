"""A separate network with an address that is not loopback, HTTPS in it, and a recording proxy before Orthanc."""

from __future__ import annotations

import base64
import ctypes
import hashlib
import os
import re
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.grants import Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import OhifbuildError
from ohifbuild.core.processes import run
from ohifbuild.lock.resolve import resolve
from ohifbuild.verification.browser import Browser, find_browser
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.evidence import ReceivedRequest
from ohifbuild.verification.gate import decide
from ohifbuild.workflow import build, move
from system import installed, orthanc_installed

ADDRESS = "198.18.0.1"
"""From a block that is not used on the Internet (RFC 2544)."""

LOST = -1
"""The status of a request that Orthanc never read."""

NEW_NETWORK = 0x40000000
"""CLONE_NEWNET of Linux."""

# Without IPv6: its addresses appear later by themselves, and a browser aborts its requests when an address appears.
LINKS = (
    "link set lo up",
    "link add viewer type veth peer name browser",
    "link set viewer addrgenmode none",
    "link set browser addrgenmode none",
    f"address add {ADDRESS}/24 dev viewer",
    "link set viewer up",
    "link set browser up",
)


PROGRAMS = {
    "ip": "iproute2",
    "nginx": "nginx",
    "stunnel4": "stunnel4",
    "haproxy": "haproxy",
    "caddy": "caddy",
    "apache2": "apache2",
}
"""The programs and their Debian packages. They are installed before the tests leave the machine's network."""


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published viewer, built for the root of its host."""
    output = tmp_path_factory.mktemp("published") / "dist"
    recipe = Recipe.of({"from": "published", "output": output, "verify": False})
    build(resolve(recipe, cache=default_cache()), cache=default_cache(), reporter=SilentReporter())
    return output


@pytest.fixture(scope="session")
def moved(dist: Path) -> Path:
    """The same viewer below a path, with its archive below another path."""
    output = dist.with_name("moved")
    move(dist, output, public_url="/ohif/", dicomweb_root="/orthanc/dicom-web")
    return output


@pytest.fixture(scope="session")
def studies() -> Path:
    """The folder of the dataset's DICOM files."""
    return cached_dataset(default_cache())


@dataclass(frozen=True)
class Network:
    """An address in a separate network, its certificate, the issuer's certificate, and a browser that trusts it."""

    address: str
    certificate: Path
    key: Path
    authority: Path
    browser: Browser


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory, dist: Path, moved: Path, studies: Path) -> Iterator[Network]:
    """Moves the test's thread, and every process that it starts, to the network. All downloads are done before."""
    folder, found = tmp_path_factory.mktemp("network"), find_browser(SilentReporter())
    orthanc_installed()
    for program, package in PROGRAMS.items():
        installed(program, package)
    issuer = trustme.CA()
    certificate, authority = issuer.issue_cert(ADDRESS), folder / "authority.pem"
    issuer.cert_pem.write_to_path(authority)
    chain, key = folder / "certificate.pem", folder / "key.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    certificate.private_key_pem.write_to_path(key)
    public = x509.load_pem_x509_certificate(chain.read_bytes()).public_key()
    digest = hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    trusting = folder / "chromium"
    trusted = base64.b64encode(digest).decode()
    trusting.write_text(f'#!/bin/sh\nexec {found.executable} --ignore-certificate-errors-spki-list={trusted} "$@"\n')
    trusting.chmod(0o755)
    with _separate_network():
        yield Network(ADDRESS, chain, key, authority, replace(found, executable=trusting))


@contextmanager
def _separate_network() -> Iterator[None]:
    system = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open() as before:
        if system.unshare(NEW_NETWORK) != 0:
            pytest.skip(f"a network namespace cannot be made here: {os.strerror(ctypes.get_errno())}")
        try:
            for command in LINKS:
                try:
                    run([installed("ip", "iproute2"), *command.split()])
                except OhifbuildError as error:
                    pytest.skip(f"a network namespace cannot be configured here: {error.what} {error.details}")
            yield
        finally:
            assert system.setns(before.fileno(), NEW_NETWORK) == 0


class Tap:
    """Forwards every byte between nginx and Orthanc, and records each request as it was sent."""

    def __init__(self, origin: str, settings: Settings, tokens: Tokens) -> None:
        self.origin = origin
        self._settings = settings
        self._tokens = tokens
        self._records: list[ReceivedRequest] = []

    def received(self) -> tuple[ReceivedRequest, ...]:
        """Every request so far; ``decision`` is what verify's gate would decide."""
        return tuple(record for record in self._records if record.status != LOST)

    def record_request(self, head: bytes) -> int:
        """Records a request; returns its number."""
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ")
        pairs = (line.partition(":") for line in lines[1:])
        headers = tuple((name.lower(), value.strip()) for name, _, value in pairs)
        path, _, query = target.partition("?")
        tail = path.removeprefix(self._settings.roots[0]).lstrip("/")
        decision = decide(method, headers, tail, query, self._tokens, self._settings)
        self._records.append(ReceivedRequest(method, path, query, headers, decision, 0, 0.0))
        return len(self._records) - 1

    def record_status(self, number: int, status: int) -> None:
        """Records the status of the answer."""
        self._records[number] = replace(self._records[number], status=status)


class _Connection(socketserver.BaseRequestHandler):
    """A connection from nginx. Requests follow one another and have no bodies: nginx refuses methods with one."""

    tap: Tap
    port: int

    def handle(self) -> None:
        self.unanswered: list[int] = []
        self.head = b""
        with socket.create_connection(("127.0.0.1", self.port)) as orthanc:
            back = threading.Thread(target=_forward, args=(orthanc, self.request, self._from_orthanc))
            back.start()
            _forward(self.request, orthanc, self._from_nginx)
            back.join()
        # Orthanc had just closed an idle connection; nginx sends the request again on another one.
        for number in self.unanswered:
            self.tap.record_status(number, LOST)

    def _from_nginx(self, data: bytes) -> None:
        self.head += data
        while b"\r\n\r\n" in self.head:
            head, _, self.head = self.head.partition(b"\r\n\r\n")
            self.unanswered.append(self.tap.record_request(head))

    def _from_orthanc(self, data: bytes) -> None:
        status = re.match(rb"HTTP/1\.1 (\d{3}) ", data)
        if status and self.unanswered:
            self.tap.record_status(self.unanswered.pop(0), int(status[1]))


def _forward(source: socket.socket, target: socket.socket, record: Callable[[bytes], None]) -> None:
    try:
        while data := source.recv(65536):
            record(data)
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        """The other side has closed the connection."""


@pytest.fixture
def tapped() -> Callable[[int, Settings, Tokens], AbstractContextManager[Tap]]:
    """Starts a recording proxy before an Orthanc on this machine."""

    @contextmanager
    def listening(port: int, settings: Settings, tokens: Tokens) -> Iterator[Tap]:
        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        class Connection(_Connection):
            """Each Orthanc needs its own class, because the server creates the instances."""

        Connection.port = port
        with Server(("127.0.0.1", 0), Connection) as server:
            Connection.tap = Tap(f"http://127.0.0.1:{server.server_address[1]}", settings, tokens)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            try:
                yield Connection.tap
            finally:
                server.shutdown()
                thread.join()

    return listening
