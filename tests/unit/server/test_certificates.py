from __future__ import annotations

import socket
import ssl
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from ohifbuild.core.errors import CacheUnusable, CertificateUnusable
from ohifbuild.server import certificates
from ohifbuild.server.certificates import names_in, names_of, own, self_signed


def handshake(server: ssl.SSLContext, trusted: Path, host: str) -> str:
    """The protocol that a client and a server agree on, the client being as strict as can be."""
    client = ssl.create_default_context(cafile=trusted)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with closing(connection), server.wrap_socket(connection, server_side=True) as secured:
                secured.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with (
            socket.create_connection(listening.getsockname()) as connection,
            client.wrap_socket(connection, server_hostname=host) as secured,
        ):
            secured.send(b"x")
            version = secured.version()
        thread.join()
    assert version is not None
    return version


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "10.1.2.3", "viewer.clinic.example", "bücher.example"])
def test_the_self_made_one_is_taken_under_each_of_its_names_by_who_trusts_it(tmp_path: Path, host: str) -> None:
    made = self_signed(host, tmp_path)
    assert handshake(made.context(), made.certificate, host) == "TLSv1.3"


def test_its_key_is_its_owners_alone_and_it_can_vouch_for_nobody(tmp_path: Path) -> None:
    made = self_signed("127.0.0.1", tmp_path / "state" / "tls")
    assert made.pair.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "state" / "tls").stat().st_mode & 0o777 == 0o700
    assert b"PRIVATE KEY" not in made.certificate.read_bytes()
    assert not read(made.certificate).extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_it_is_made_once_and_again_for_a_new_name_that_is_added(tmp_path: Path) -> None:
    first, again = self_signed("10.1.2.3", tmp_path), self_signed("10.1.2.3", tmp_path)
    other, back = self_signed("10.9.9.9", tmp_path), self_signed("10.1.2.3", tmp_path)
    assert (first.made, again.made, other.made, back.made) == (True, False, True, False)
    assert first.fingerprint == again.fingerprint != other.fingerprint == back.fingerprint
    assert names_in(read(other.certificate)) >= {"10.1.2.3", "10.9.9.9", "localhost", "127.0.0.1", "::1"}


def test_it_is_made_anew_before_it_ends_and_where_it_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(certificates, "VALID", timedelta(days=29))
        assert self_signed("localhost", tmp_path).made
    made = self_signed("localhost", tmp_path)
    assert made.made
    assert not self_signed("localhost", tmp_path).made
    made.pair.write_bytes(made.pair.read_bytes()[:200])
    assert self_signed("localhost", tmp_path).made


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CacheUnusable) as failure:
        self_signed("localhost", tmp_path / "file")
    assert "--certificate" in failure.value.fix


def test_all_addresses_are_this_machines_names() -> None:
    assert names_of("0.0.0.0")
    assert not {"0.0.0.0", "::"} & set(names_of("0.0.0.0") + names_of("::"))
    assert names_of("10.1.2.3") == ["10.1.2.3"]
    assert names_of("bücher.example") == ["xn--bcher-kva.example"]


def test_a_certificate_of_ones_own_is_used_with_its_chain(tmp_path: Path) -> None:
    authority = trustme.CA()
    made = authority.create_child_ca().issue_cert("localhost")
    made.private_key_pem.write_to_path(tmp_path / "key.pem")
    (tmp_path / "chain.pem").write_bytes(b"".join(part.bytes() for part in made.cert_chain_pems))
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    assert handshake(own(tmp_path / "chain.pem", tmp_path / "key.pem"), tmp_path / "authority.pem", "localhost")


@pytest.mark.parametrize(
    ("certificate", "key", "cause"),
    [
        ("one.pem", "other.key", "not the certificate's"),
        ("one.pem", "locked.key", "has a password"),
        ("one.pem", "none.key", "none.key: No such file"),
        ("text.pem", "one.key", "in PEM form"),
        ("one.key", "one.key", "in PEM form"),
    ],
)
def test_what_is_wrong_with_ones_own_is_said(tmp_path: Path, certificate: str, key: str, cause: str) -> None:
    for name in ("one", "other"):
        made = trustme.CA().issue_cert("localhost")
        made.private_key_pem.write_to_path(tmp_path / f"{name}.key")
        made.cert_chain_pems[0].write_to_path(tmp_path / f"{name}.pem")
    lock = serialization.BestAvailableEncryption(b"secret")
    private = serialization.load_pem_private_key((tmp_path / "one.key").read_bytes(), None)
    form = serialization.PrivateFormat.PKCS8
    (tmp_path / "locked.key").write_bytes(private.private_bytes(serialization.Encoding.PEM, form, lock))
    (tmp_path / "text.pem").write_text("no certificate")
    with pytest.raises(CertificateUnusable) as failure:
        own(tmp_path / certificate, tmp_path / key)
    assert cause in failure.value.cause
