"""Checks whether a DICOMweb archive answers, and if it does not, why."""

from __future__ import annotations

import errno
import socket
from urllib.parse import urlsplit

import aiohttp

from ohifbuild.core.documents import parse_json
from ohifbuild.core.errors import ArchiveUnreachable
from ohifbuild.server.web_server import in_url

SECONDS = 10.0
LONGEST_ANSWER = 1024 * 1024
"""Bytes of the answer that are read."""

QUERY = "/studies?limit=1"


async def check_archive(url: str) -> bool:
    """Requests one study from an archive, without a token.

    Args:
        url: the archive's DICOMweb root.

    Returns:
        Whether the archive requires a token: it answers 401 or 403.

    Raises:
        ArchiveUnreachable: the archive does not answer, or not as DICOMweb. The error names the cause.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # an invalid port or IPv6 address
        usable = False
    if not usable or not parts.hostname:
        raise _unreachable(url, "This is not an http or https URL.", "Give the URL of the archive's DICOMweb root.")
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    headers = {"Accept": "application/dicom+json"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url.rstrip("/") + QUERY, headers=headers, allow_redirects=False) as answer,
        ):
            return _requires_token(url, answer, await answer.content.read(LONGEST_ANSWER))
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise _unreachable(url, *_cause(error, parts.hostname, parts.scheme)) from error


def _requires_token(url: str, answer: aiohttp.ClientResponse, body: bytes) -> bool:
    status, media_type = answer.status, answer.content_type
    if status in (401, 403):
        return True
    if status in (200, 204) and (not body.strip() or (media_type.endswith("json") and _is_list(body))):
        return False
    if 300 <= status < 400:
        target = urlsplit(answer.headers.get("Location", ""))
        to = f" to {target.scheme}://{target.netloc}{target.path}" if target.netloc else ""
        raise _unreachable(
            url,
            f"It redirects{to}.",
            "Give the URL that serves DICOMweb. A login page in front of it must let requests with a token pass.",
        )
    if status == 404:
        raise _unreachable(
            url,
            "It has nothing at this path (404).",
            "Give the DICOMweb root. Orthanc's is http://HOST:8042/dicom-web, if its DICOMweb plugin is loaded.",
        )
    if media_type == "text/html" or body.lstrip()[:1] == b"<":
        raise _unreachable(
            url,
            f"It answers with a web page ({status}, {media_type}).",
            "Give the DICOMweb root, not the address of the archive's web pages.",
        )
    raise _unreachable(url, f"It answers {status} with {media_type}.", "Read the archive's log.")


def _is_list(body: bytes) -> bool:
    try:
        return isinstance(parse_json(body), list)
    except ValueError:
        # The answer is longer than what was read.
        return len(body) >= LONGEST_ANSWER and body.lstrip()[:1] == b"["


def _cause(error: Exception, host: str, scheme: str) -> tuple[str, str]:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return (
            f"Its certificate is not trusted: {error.certificate_error}.",
            "Name the certificate authority that signed it: SSL_CERT_FILE=/path/to/ca.pem",
        )
    if isinstance(error, aiohttp.ClientSSLError):
        return "The TLS handshake failed.", "Check whether the URL must begin with http:// instead."
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, socket.gaierror):
        return f"The host name {host} cannot be resolved.", "Check the spelling of the host name."
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, ConnectionRefusedError):
        return "Nothing listens there (connection refused).", "Start the archive, or correct the port."
    if isinstance(error, TimeoutError):
        return f"It did not answer within {SECONDS:.0f} seconds.", "Check whether a firewall blocks the connection."
    if isinstance(error, aiohttp.ServerDisconnectedError | ConnectionResetError | BrokenPipeError) or (
        isinstance(error, aiohttp.ClientOSError) and error.errno in (errno.ECONNRESET, errno.EPIPE)
    ):
        other = "http" if scheme == "https" else "https"
        fix = f"Check whether the URL must begin with {other}:// instead, and whether the archive still runs."
        return "It closed the connection without an answer.", fix
    if isinstance(error, aiohttp.ClientResponseError):
        return "The server there does not speak HTTP.", "Check whether the port is the one for DICOMweb, not DICOM."
    return f"{type(error).__name__}.", "Try the URL with another program, such as curl."


def without_user(url: str) -> str:
    """A URL without user name, password, query and fragment; a text that is no URL, such as a host alone, as it is."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # an invalid port or IPv6 address
        return url.rpartition("@")[2].partition("?")[0]
    if not parts.hostname:
        return url.rpartition("@")[2].partition("?")[0]
    return f"{parts.scheme}://{in_url(parts.hostname)}{port}{parts.path}"


def _unreachable(url: str, cause: str, fix: str) -> ArchiveUnreachable:
    return ArchiveUnreachable(f"The archive at {without_user(url)} does not answer as DICOMweb.", cause=cause, fix=fix)
