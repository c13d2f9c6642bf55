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
from ohifbuild.server.certificates import certificate_names, host_names, self_signed, user_context


def handshake(server: ssl.SSLContext, trusted: Path, host: str) -> str:
    """The TLS version that a server and a client with strict checks agree on."""
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
def test_a_client_that_trusts_the_self_signed_certificate_accepts_each_name_in_it(tmp_path: Path, host: str) -> None:
    made = self_signed(host, tmp_path)
    assert handshake(made.context(), made.certificate, host) == "TLSv1.3"


def test_the_key_is_private_and_the_certificate_is_no_authority(tmp_path: Path) -> None:
    made = self_signed("127.0.0.1", tmp_path / "state" / "tls")
    assert made.pair.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "state" / "tls").stat().st_mode & 0o777 == 0o700
    assert b"PRIVATE KEY" not in made.certificate.read_bytes()
    assert not read(made.certificate).extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_certificate_is_reused_until_a_new_name_is_required(tmp_path: Path) -> None:
    first, again = self_signed("10.1.2.3", tmp_path), self_signed("10.1.2.3", tmp_path)
    other, back = self_signed("10.9.9.9", tmp_path), self_signed("10.1.2.3", tmp_path)
    assert (first.made, again.made, other.made, back.made) == (True, False, True, False)
    assert first.fingerprint == again.fingerprint != other.fingerprint == back.fingerprint
    assert certificate_names(read(other.certificate)) >= {"10.1.2.3", "10.9.9.9", "localhost", "127.0.0.1", "::1"}


def test_the_certificate_is_renewed_before_it_expires_and_if_it_is_damaged(
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


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CacheUnusable) as failure:
        self_signed("localhost", tmp_path / "file")
    assert "--certificate" in failure.value.fix


def test_a_wildcard_address_stands_for_the_names_of_this_machine() -> None:
    assert host_names("0.0.0.0")
    assert not {"0.0.0.0", "::"} & set(host_names("0.0.0.0") + host_names("::"))
    assert host_names("10.1.2.3") == ["10.1.2.3"]
    assert host_names("bücher.example") == ["xn--bcher-kva.example"]


def test_the_users_certificate_is_served_with_its_chain(tmp_path: Path) -> None:
    authority = trustme.CA()
    made = authority.create_child_ca().issue_cert("localhost")
    made.private_key_pem.write_to_path(tmp_path / "key.pem")
    (tmp_path / "chain.pem").write_bytes(b"".join(part.bytes() for part in made.cert_chain_pems))
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    assert handshake(
        user_context(tmp_path / "chain.pem", tmp_path / "key.pem"), tmp_path / "authority.pem", "localhost"
    )


@pytest.mark.parametrize(
    ("certificate", "key", "cause"),
    [
        ("one.pem", "other.key", "does not belong to the certificate"),
        ("one.pem", "locked.key", "has a password"),
        ("one.pem", "none.key", "none.key: No such file"),
        ("text.pem", "one.key", "not valid PEM"),
        ("one.key", "one.key", "not valid PEM"),
    ],
)
def test_the_error_names_what_is_wrong_with_the_users_certificate(
    tmp_path: Path, certificate: str, key: str, cause: str
) -> None:
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
        user_context(tmp_path / certificate, tmp_path / key)
    assert cause in failure.value.cause
