"""What a server shows when it is asked for its certificate."""

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
    """What a certificate says of itself; times in seconds since 1970."""

    names: tuple[str, ...]
    begins: float
    ends: float
    self_signed: bool

    def is_for(self, host: str) -> bool:
        """Whether it names the host, as browsers compare (RFC 6125 6.4: ``*`` for the leftmost label)."""
        parent = "*." + host.partition(".")[2]
        return any(name.lower() in (host.lower(), parent.lower()) for name in self.names)


@dataclass(frozen=True)
class Tls:
    """A handshake. ``error`` is OpenSSL's word for why it failed, '' where the certificate is trusted here."""

    error: str
    certificate: Certificate | None

    @property
    def trusted(self) -> bool:
        """Whether a browser with this machine's authorities would go on."""
        return not self.error


async def look_at(host: str, port: int, trust: ssl.SSLContext) -> Tls:
    """The handshake with a server that listens; OSError where it does not."""
    return await asyncio.to_thread(_look_at, host, port, trust)


def _look_at(host: str, port: int, trust: ssl.SSLContext) -> Tls:
    error = ""
    try:
        with _shaken(host, port, trust) as connection:
            return Tls("", _certificate(connection))
    except ssl.SSLCertVerificationError as failure:
        error = failure.verify_message or "certificate verify failed"
    except ssl.SSLError as failure:
        return Tls(failure.reason or "handshake failed", None)
    with _shaken(host, port, blind()) as connection:
        return Tls(error, _certificate(connection))


def blind() -> ssl.SSLContext:
    """Takes any certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _shaken(host: str, port: int, context: ssl.SSLContext) -> ssl.SSLSocket:
    connection = socket.create_connection((host, port), timeout=CONNECT_SECONDS)
    try:
        return context.wrap_socket(connection, server_hostname=host)
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
    """Names are those of the subject's alternatives; browsers look at no others."""
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
