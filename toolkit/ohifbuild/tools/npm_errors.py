"""What npm's failures mean: its error codes as our errors.

npm prints ``{"error": {"code", "summary", "detail"}}`` to its standard output under ``--json`` and ``npm error code X``
to standard error; which of the two is there depends on its version and on the user's ``loglevel``.
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
REFUSED = "Nothing answers at the registry's address, or a proxy or firewall is in the way."
SLOW = "The registry does not answer in time, or a proxy swallows the connection."
BROKEN = "The connection broke off during the download."
UNTRUSTED = "The registry's certificate is not trusted here: a proxy that opens TLS, or a private authority."
BUSY = "The registry itself is in trouble, or asks to be left alone for a while."
PING = "Check registry and proxy with: npm ping"
AGAIN = "Run the same command again: what is complete is not fetched again."

MEANINGS: dict[str, tuple[str, str]] = {
    "E401": ("The registry wants credentials.", "Log in with: npm login"),
    "E403": ("The registry refuses this package, or these credentials.", "See who npm thinks you are with: npm whoami"),
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
    "ENOTCACHED": ("npm itself is set to be offline.", "Unset it with: npm config delete offline"),
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


class ConnectionBroke(DownloadFailed):
    """The download began and broke off: npm does not try that again by itself, so it is worth another try."""


@contextmanager
def npm_errors(spec: str) -> Iterator[None]:
    """Turns a failure of npm's, about the package ``spec``, into the error that says what it means."""
    try:
        yield
    except ToolFailed as error:
        raise explained(spec, error) from error


def explained(spec: str, error: ToolFailed) -> OhifbuildError:
    """What npm's failure means."""
    found = CODE.search(error.details)
    code = found[1] if found else ""
    details = _details(code, error.details)
    failed = f"npm could not fetch {spec}."
    if code in MISSING:
        return PackageUnknown(
            f"The registry has no {spec}.",
            cause="There is no such version; or the registry that npm is set to use is a mirror that lacks it.",
            fix=f"See what it has with: npm view {spec.rpartition('@')[0] or spec} versions",
            details=details,
        )
    if code == "EINTEGRITY":
        return IntegrityMismatch(
            f"{spec} is not what the registry itself says it is; nothing of it was unpacked.",
            cause="A proxy or the registry sends something else, such as a page to log in, or a damaged file.",
            fix="Try another network; if npm's own cache is damaged: npm cache verify",
            details=details,
        )
    if code in ("ENOSPC", "EDQUOT"):
        return DiskFull(failed, cause="The disk with npm's cache is full.", fix="Free about 1 GB.", details=details)
    if code in ("EACCES", "EPERM", "EROFS"):
        return CacheUnusable(
            failed,
            cause="npm may not write to its own cache.",
            fix="See where it is with: npm config get cache",
            details=details,
        )
    if code in UNTRUSTED_CODES:
        fix = "Give npm the authority's certificate: npm config set cafile FILE"
        return DownloadFailed(failed, cause=UNTRUSTED, fix=fix, details=details)
    if re.fullmatch(r"E5\d\d", code):
        return DownloadFailed(failed, cause=BUSY, fix=AGAIN, details=details)
    cause, fix = MEANINGS.get(code, ("npm's own words above say why.", PING))
    kind = ConnectionBroke if cause == BROKEN else DownloadFailed
    return kind(failed, cause=cause, fix=fix, details=details)


def _details(code: str, output: str) -> str:
    """One line of npm's own, or the end of what it printed where it has none."""
    found = SUMMARY.search(output)
    try:
        summary = str(json.loads(found[1])) if found else ""
    except ValueError:
        summary = ""
    return f"  npm: {code} {summary[:500]}" if summary else output[-1500:]
