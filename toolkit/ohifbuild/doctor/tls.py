"""TLS handshakes with a server, and the facts in its certificate."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtensionOID

from ohifbuild.doctor.client import CONNECT_SECONDS


@dataclass(frozen=True)
class Certificate:
    """The facts in a certificate; times are in seconds since 1970.

    Args:
        names: the hosts it is valid for.
        begins, ends: its validity.
        self_signed: whether issuer and subject are the same.
    """

    names: tuple[str, ...]
    begins: float
    ends: float
    self_signed: bool

    def is_for(self, host: str) -> bool:
        """Whether it is valid for a host by the rules of browsers (RFC 6125 6.4: ``*`` is the leftmost label)."""
        parent = "*." + host.partition(".")[2]
        return any(name.lower() in (host.lower(), parent.lower()) for name in self.names)


@dataclass(frozen=True)
class Tls:
    """The result of a handshake.

    Args:
        error: OpenSSL's reason for its failure; '' if this machine trusts the certificate.
        certificate: the server's certificate; None if it cannot be read.
        is_default: whether the server sends the same certificate to a client that names no host. Asked only if the
            certificate is for another host.
    """

    error: str
    certificate: Certificate | None
    is_default: bool = False

    @property
    def trusted(self) -> bool:
        """Whether this machine's certificate authorities vouch for the certificate."""
        return not self.error


async def handshake_with(host: str, port: int, trust: ssl.SSLContext) -> Tls:
    """The result of a handshake with a server.

    Raises:
        OSError: there is no connection.
    """
    return await asyncio.to_thread(_handshake_with, host, port, trust)


def _handshake_with(host: str, port: int, trust: ssl.SSLContext) -> Tls:
    error = ""
    try:
        with _connect(host, port, trust) as connection:
            return Tls("", _certificate(connection))
    except ssl.SSLCertVerificationError as failure:
        error = failure.verify_message or "certificate verify failed"
    except ssl.SSLError as failure:
        return Tls(failure.reason or "handshake failed", None)
    with _connect(host, port, insecure_context()) as connection:
        sent = connection.getpeercert(binary_form=True)
        certificate = _certificate(connection)
    if certificate is None or certificate.is_for(host):
        return Tls(error, certificate)
    with _connect(host, port, insecure_context(), name=None) as connection:
        return Tls(error, certificate, is_default=connection.getpeercert(binary_form=True) == sent)


def insecure_context() -> ssl.SSLContext:
    """A TLS context that accepts any certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _connect(host: str, port: int, context: ssl.SSLContext, name: str | None = "") -> ssl.SSLSocket:
    """A TLS connection; ``name`` is what the client calls the host, '' for its own name, None for nothing."""
    connection = socket.create_connection((host, port), timeout=CONNECT_SECONDS)
    try:
        return context.wrap_socket(connection, server_hostname=host if name == "" else name)
    except BaseException:
        connection.close()
        raise


def _certificate(connection: ssl.SSLSocket) -> Certificate | None:
    encoded = connection.getpeercert(binary_form=True)
    try:
        return read_certificate(x509.load_der_x509_certificate(encoded)) if encoded else None
    except (ValueError, UnsupportedAlgorithm):
        return None


def read_certificate(certificate: x509.Certificate) -> Certificate:
    """The facts in a certificate. Its names are the subject alternative names, because browsers ignore others."""
    try:
        found = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
        assert isinstance(found, x509.SubjectAlternativeName)
        names = (*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress)))
    except (x509.ExtensionNotFound, ValueError):
        names = ()
    return Certificate(
        names=names,
        begins=certificate.not_valid_before_utc.timestamp(),
        ends=certificate.not_valid_after_utc.timestamp(),
        self_signed=certificate.issuer == certificate.subject,
    )
