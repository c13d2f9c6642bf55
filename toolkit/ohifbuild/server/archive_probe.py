"""Finds out whether a DICOMweb archive answers, and if not, why."""

from __future__ import annotations

import errno
import json
import socket
from urllib.parse import urlsplit

import aiohttp

from ohifbuild.core.errors import ArchiveUnreachable

SECONDS = 10.0
LONGEST_ANSWER = 1024 * 1024
QUESTION = "/studies?limit=1"


async def check_archive(url: str) -> bool:
    """Asks the archive at ``url`` (its DICOMweb root) for one study, without a token; whether it wants one (401, 403).

    Raises:
        ArchiveUnreachable: it does not answer, or not as DICOMweb; with the cause.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _unreachable(url, "This is no http or https URL.", "Give the URL of its DICOMweb root.")
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    headers = {"Accept": "application/dicom+json"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url.rstrip("/") + QUESTION, headers=headers, allow_redirects=False) as answer,
        ):
            return _judge(url, answer, await answer.content.read(LONGEST_ANSWER))
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise _unreachable(url, *_cause(error, parts.hostname, parts.scheme)) from error


def _judge(url: str, answer: aiohttp.ClientResponse, body: bytes) -> bool:
    status, media_type = answer.status, answer.content_type
    if status in (401, 403):
        return True
    if status in (200, 204) and (not body.strip() or (media_type.endswith("json") and _is_list(body))):
        return False
    if 300 <= status < 400:
        there = urlsplit(answer.headers.get("Location", ""))
        raise _unreachable(
            url,
            f"It sends elsewhere, to {there.scheme}://{there.netloc}{there.path}." if there.netloc else "It redirects.",
            "Give the URL where DICOMweb really is; a login page in front of it has to let the viewer's token through.",
        )
    if status == 404:
        raise _unreachable(
            url,
            "There is nothing at this path (404).",
            "Give the DICOMweb root, for Orthanc http://HOST:8042/dicom-web with its DICOMweb plugin loaded.",
        )
    if media_type == "text/html" or body.lstrip()[:1] == b"<":
        raise _unreachable(
            url,
            f"It answers with a web page ({status}, {media_type}), not as DICOMweb.",
            "Give the DICOMweb root and not the address of the archive's own pages.",
        )
    raise _unreachable(url, f"It answers {status} with {media_type}.", "Look into the archive's own log.")


def _is_list(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), list)
    except ValueError:
        # An answer longer than what was read.
        return len(body) >= LONGEST_ANSWER and body.lstrip()[:1] == b"["


def _cause(error: Exception, host: str, scheme: str) -> tuple[str, str]:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return (
            f"Its certificate is not trusted: {error.certificate_error}.",
            "Name the authority that signed it: SSL_CERT_FILE=/path/to/ca.pem",
        )
    if isinstance(error, aiohttp.ClientSSLError):
        return "It does not speak TLS as it should.", "See whether the URL has to begin with http:// instead."
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, socket.gaierror):
        return f"No machine is known as {host}.", "See whether the name is spelt rightly."
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, ConnectionRefusedError):
        return "Nothing listens there (connection refused).", "Start the archive, or see whether the port is right."
    if isinstance(error, TimeoutError):
        return f"It did not answer within {SECONDS:.0f} seconds.", "See whether a firewall lies between."
    if isinstance(error, aiohttp.ServerDisconnectedError | ConnectionResetError | BrokenPipeError) or (
        isinstance(error, aiohttp.ClientOSError) and error.errno in (errno.ECONNRESET, errno.EPIPE)
    ):
        other = "http" if scheme == "https" else "https"
        fix = f"See whether the URL has to begin with {other}:// instead, and whether the archive still runs."
        return "It closed the connection without an answer.", fix
    if isinstance(error, aiohttp.ClientResponseError):
        return "What answers there does not speak HTTP.", "See whether the port is that of DICOMweb, not of DICOM."
    return f"{type(error).__name__}.", "Try the URL with another program, such as curl."


def _unreachable(url: str, cause: str, fix: str) -> ArchiveUnreachable:
    parts = urlsplit(url)
    shown = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "") + parts.path
    return ArchiveUnreachable(f"The archive at {shown} does not answer as DICOMweb.", cause=cause, fix=fix)
