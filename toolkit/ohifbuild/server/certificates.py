"""Certificates for ``serve --https``: a self-signed one that is made once for each user and kept, or the user's own.

The self-signed certificate is not a certificate authority: it can sign no other certificates. A browser that trusts it
trusts this machine's server under the names in it, and nothing else.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import platformdirs
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from filelock import FileLock

from ohifbuild.core.disk import disk_errors
from ohifbuild.core.errors import CertificateUnusable

VALID = timedelta(days=397)
"""The longest validity that browsers accept in certificates of public authorities."""

RENEWED_BEFORE = timedelta(days=30)
ALWAYS = ("localhost", "127.0.0.1", "::1")
PAIR, CERTIFICATE = "serve.pem", "serve.crt"
NOWHERE = "192.0.2.1"
"""An address for documentation (RFC 5737). A UDP socket that is connected to it sends nothing."""


@dataclass(frozen=True)
class SelfSigned:
    """A self-signed certificate on the disk.

    Args:
        pair: the file with the private key and the certificate; only its owner can read it.
        certificate: the file with the certificate alone, which may be given to others.
        fingerprint: the certificate's SHA-256 in the form that browsers show.
        made: whether the certificate was made just now.
    """

    pair: Path
    certificate: Path
    fingerprint: str
    made: bool

    def context(self) -> ssl.SSLContext:
        """A TLS context for a server."""
        return _context(self.pair)


def self_signed(host: str, folder: Path | None = None) -> SelfSigned:
    """This user's certificate for this machine; a new one if it expires soon or lacks a name that ``host`` needs.

    Args:
        host: the address that the server listens on; 0.0.0.0 and :: stand for all names of this machine.
        folder: where the certificate is kept; default: the user's state folder.

    Raises:
        CacheUnusable, DiskFull: the folder cannot be written.
    """
    folder = folder or Path(platformdirs.user_state_dir("ohifbuild")) / "tls"
    fix = "Set XDG_STATE_HOME to a folder that you can write to, or use your own: --certificate FILE --key FILE"
    with disk_errors(folder, fix=fix):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder / ".lock"):
            pair, public = folder / PAIR, folder / CERTIFICATE
            kept = _kept(pair)
            required = {*ALWAYS, *host_names(host)}
            made = kept is None or not required <= certificate_names(kept) or _expires_soon(kept)
            if made:
                # With the old names too, so that a user who switches between addresses has to trust it only once.
                certificate, key = _make(required | (certificate_names(kept) if kept else set()))
                _write(pair, key + certificate.public_bytes(serialization.Encoding.PEM), 0o600)
                kept = certificate
            assert kept is not None
            _write(public, kept.public_bytes(serialization.Encoding.PEM), 0o644)
    return SelfSigned(pair, public, kept.fingerprint(hashes.SHA256()).hex(":").upper(), made)


def user_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """A TLS context for a server with the user's own certificate.

    Args:
        certificate: a PEM file with the full chain.
        key: a PEM file with the private key, without a password.

    Raises:
        CertificateUnusable: a file cannot be read, or the key does not belong to the certificate.
    """
    cause = _why_unusable(certificate, key)
    if not cause:
        try:
            return _context(certificate, key)
        except ssl.SSLError as error:
            cause = f"OpenSSL refuses them ({error.reason or 'no reason given'})."
    raise CertificateUnusable(
        f"{certificate} and {key} cannot be used for HTTPS.",
        cause=cause,
        fix="Give PEM files: the certificate with its full chain, and its key without a password.",
    )


def host_names(host: str) -> list[str]:
    """The names, in the form of certificates, of a server that listens on ``host``; the most likely one first."""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return [host.encode("idna").decode("ascii")]
    if not number.is_unspecified:
        return [str(number)]
    return list(dict.fromkeys(name for name in (_own_address(), socket.gethostname().lower()) if name)) or ["localhost"]


def certificate_names(certificate: x509.Certificate) -> set[str]:
    """The hosts that a certificate is for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))}


def _own_address() -> str:
    """This machine's address in its network; '' if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((NOWHERE, 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def _kept(pair: Path) -> x509.Certificate | None:
    """The certificate that an earlier run made; None if there is none, or it cannot be used."""
    try:
        certificate = x509.load_pem_x509_certificate(pair.read_bytes())
        _context(pair)
    except (OSError, ValueError):
        return None
    return certificate


def _expires_soon(certificate: x509.Certificate) -> bool:
    now = datetime.now(UTC)
    return not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc - RENEWED_BEFORE


def _make(names: Iterable[str]) -> tuple[x509.Certificate, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"ohifbuild serve on {socket.gethostname()[:40]}")])
    now = datetime.now(UTC)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in sorted(names)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate, pem


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Replaces a file atomically; the new file never has another mode."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    new.replace(path)


def _context(certificate: Path, key: Path | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


def _why_unusable(certificate: Path, key: Path) -> str:
    """What is wrong with a certificate and its key; '' if nothing was found."""
    try:
        first = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except OSError as error:
        return f"{error.filename}: {error.strerror}."
    except TypeError:
        return "The key has a password."
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        return "One of the files is not valid PEM."
    return "" if private.public_key() == first.public_key() else "The key does not belong to the certificate."
