"""Turns npm's error codes into our errors.

npm prints ``{"error": {"code", "summary", "detail"}}`` to its standard output with ``--json``, and ``npm error code X``
to standard error. Its version and the user's ``loglevel`` decide which of the two it prints.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from ohifbuild.core.errors import (
    CacheUnusable,
    DiskFull,
    DownloadFailed,
    IntegrityMismatch,
    OhifbuildError,
    PackageUnknown,
    ToolFailed,
)

CODE = re.compile(r'(?:^\s*npm (?:error|ERR!) code |"code": ")(\w+)', re.MULTILINE)
SUMMARY = re.compile(r'"summary": ("(?:[^"\\]|\\.)*")')

UNRESOLVED = "The registry's name cannot be resolved: no network, or a mistyped registry or proxy."
REFUSED = "No server answers at the registry's address, or a proxy or firewall blocks the connection."
SLOW = "The registry does not answer in time, or a proxy drops the connection."
BROKEN = "The connection was lost during the download."
UNTRUSTED = "This machine does not trust the registry's certificate: a proxy that decrypts TLS, or a private authority."
BUSY = "The registry has an error, or it limits the number of requests."
PING = "Check the registry and the proxy with: npm ping"
AGAIN = "Run the same command again. Complete downloads are not repeated."

MEANINGS: dict[str, tuple[str, str]] = {
    "E401": ("The registry requires credentials.", "Log in with: npm login"),
    "E403": ("The registry refuses this package or these credentials.", "Show the current npm user with: npm whoami"),
    "E429": (BUSY, AGAIN),
    "ENOTFOUND": (UNRESOLVED, PING),
    "EAI_AGAIN": (UNRESOLVED, PING),
    "ECONNREFUSED": (REFUSED, PING),
    "EHOSTUNREACH": (REFUSED, PING),
    "ENETUNREACH": (REFUSED, PING),
    "ETIMEDOUT": (SLOW, PING),
    "ERR_SOCKET_TIMEOUT": (SLOW, PING),
    "ECONNRESET": (BROKEN, AGAIN),
    "ECONNABORTED": (BROKEN, AGAIN),
    "EPIPE": (BROKEN, AGAIN),
    "ERR_STREAM_PREMATURE_CLOSE": (BROKEN, AGAIN),
    "ENOTCACHED": ("npm's configuration sets offline mode.", "Unset it with: npm config delete offline"),
}
MISSING = {"E404", "ETARGET", "ENOVERSIONS"}
UNTRUSTED_CODES = {
    "CERT_HAS_EXPIRED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
}


class ConnectionLost(DownloadFailed):
    """The connection was lost during the download. npm does not repeat that, so the caller should try again."""


@contextmanager
def npm_errors(spec: str) -> Iterator[None]:
    """Turns a failure of npm for the package ``spec`` into the matching error; see ``explained``."""
    try:
        yield
    except ToolFailed as error:
        raise explained(spec, error) from error


def explained(spec: str, error: ToolFailed) -> OhifbuildError:
    """The error for a failure of npm.

    Args:
        spec: the package, as ``name@version``.
        error: npm's failure; its ``details`` hold what npm printed.
    """
    found = CODE.search(error.details)
    code = found[1] if found else ""
    details = _details(code, error.details)
    failed = f"npm could not download {spec}."
    if code in MISSING:
        return PackageUnknown(
            f"The registry has no {spec}.",
            cause="The version does not exist, or the configured registry is a mirror that does not have it.",
            fix=f"List the versions with: npm view {spec.rpartition('@')[0] or spec} versions",
            details=details,
        )
    if code == "EINTEGRITY":
        return IntegrityMismatch(
            f"{spec} does not match the registry's own digest; nothing of it was unpacked.",
            cause="A proxy or the registry sends something else, such as a login page or a damaged file.",
            fix="Try another network. If npm's cache is damaged, run: npm cache verify",
            details=details,
        )
    if code in ("ENOSPC", "EDQUOT"):
        return DiskFull(failed, cause="The disk with npm's cache is full.", fix="Free about 1 GB.", details=details)
    if code in ("EACCES", "EPERM", "EROFS"):
        return CacheUnusable(
            failed,
            cause="npm has no permission to write to its cache.",
            fix="Show the cache's folder with: npm config get cache",
            details=details,
        )
    if code in UNTRUSTED_CODES:
        fix = "Set the authority's certificate with: npm config set cafile FILE"
        return DownloadFailed(failed, cause=UNTRUSTED, fix=fix, details=details)
    if re.fullmatch(r"E5\d\d", code):
        return DownloadFailed(failed, cause=BUSY, fix=AGAIN, details=details)
    cause, fix = MEANINGS.get(code, ("npm's message above says why.", PING))
    kind = ConnectionLost if cause == BROKEN else DownloadFailed
    return kind(failed, cause=cause, fix=fix, details=details)


def _details(code: str, output: str) -> str:
    """npm's summary in one line, or the end of its output if it has none."""
    found = SUMMARY.search(output)
    try:
        summary = str(json.loads(found[1])) if found else ""
    except ValueError:
        summary = ""
    return f"  npm: {code} {summary[:500]}" if summary else output[-1500:]
