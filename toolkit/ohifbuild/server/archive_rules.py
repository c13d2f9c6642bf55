"""The rules of the proxy to the archive: methods, request targets, and headers in both directions.

``serve`` applies these rules itself; ``deploy`` writes them into the configurations of nginx, Apache and Caddy. The
archive shares its origin with the viewer, and anyone who can store an object in the archive controls parts of its
answers. So no answer of the archive may act on that origin: no redirect, no cookie, no policy, no script.
"""

from __future__ import annotations

from collections.abc import Iterable

from ohifbuild.contract.place import PLAIN_PATH
from ohifbuild.server.headers import CACHE_NEVER, ISOLATION

METHODS = ("GET", "HEAD")
ALLOW = ", ".join(METHODS)

REDIRECTS = (300, 301, 302, 303, 305, 306, 307, 308)
"""Every status that may redirect (RFC 9110 15.4): all of the 3xx but 304."""

ARCHIVE_POLICY = "default-src 'none'; sandbox"
"""For an answer that is opened as a page: nothing in it runs, and it does not have the viewer's origin.

Fetch, XMLHttpRequest, images and media are not affected: a policy applies to documents and workers only (CSP3 4.2).
"""

RESPONSE_HEADERS_SET = {**ISOLATION, "Content-Security-Policy": ARCHIVE_POLICY, "Cache-Control": CACHE_NEVER}
"""Set on every answer of the archive; they replace the archive's own headers of these names."""

SCRIPT_TYPE = "(?:java|ecma|live|j)script"
"""Matches every media type that a browser runs as a script or a worker (MIME Sniffing 4.6); ignore case.

``ARCHIVE_POLICY`` does not stop those: the policy of the page applies to them, and it allows scripts of its own origin.
"""
SCRIPT_REPLACEMENT = "text/plain"

REQUEST_HEADERS_REMOVED = (
    "Cookie",  # unless the archive has the browser's session
    "X-HTTP-Method",
    "X-HTTP-Method-Override",
    "X-Method-Override",
    "X-Original-URL",
    "X-Rewrite-URL",
)
"""Request headers that are not sent to the archive.

A link's token has its own header, so no cookie is needed. Cookies belong to other services of the same host, or would
let a page of another site act as the user. The other headers can change the method or path after these rules are
checked.
"""

COOKIE = "Cookie"
DIALOG_CHALLENGE = "(?:^|,)[^a-z]*(?:basic|digest|ntlm|negotiate)(?:[^a-z]|$)"
"""Finds in a ``WWW-Authenticate`` the schemes for which browsers open a dialog (RFC 9110 11.6.1); ignore case.

A request waits behind such a dialog, and what is typed there is the reader's password for the archive. Only an archive
with the browser's session needs it; a link has a token.
"""
CHALLENGE_REPLACEMENT = "Bearer"
"""What the browser gets in place of such a header, because every 401 has one (RFC 9110 15.5.2)."""

RESPONSE_HEADERS_ALLOWED = frozenset(
    {
        "accept-ranges",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-range",
        "content-type",
        "date",
        "etag",
        "last-modified",
        "retry-after",
        "vary",
        "warning",
        "www-authenticate",
    }
)
"""Response headers of the archive that are sent to the browser, in lower case; for servers that support such a list."""

RESPONSE_HEADERS_REMOVED = (
    # Redirects and alternative addresses.
    "Location", "Content-Location", "Refresh", "Link", "Alt-Svc", "Alt-Used",
    # What browsers store for the origin.
    "Set-Cookie", "Set-Cookie2", "Clear-Site-Data", "Strict-Transport-Security", "Public-Key-Pins",
    "Public-Key-Pins-Report-Only", "Expect-CT", "Accept-CH", "Accept-CH-Lifetime", "Critical-CH", "P3P", "Set-Login",
    "Secure-Session-Registration", "Secure-Session-Challenge", "Sec-Session-Registration", "Sec-Session-Challenge",
    "Activate-Storage-Access", "Origin-Trial", "Use-As-Dictionary", "Observe-Browsing-Topics",
    "Attribution-Reporting-Register-Source", "Attribution-Reporting-Register-Trigger",
    # Access from other origins.
    "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods", "Access-Control-Expose-Headers", "Access-Control-Max-Age",
    "Access-Control-Allow-Private-Network", "Access-Control-Allow-Local-Network", "Timing-Allow-Origin",
    "Supports-Loading-Mode", "X-Permitted-Cross-Domain-Policies",
    # Scripts and policies.
    "Service-Worker-Allowed", "SourceMap", "X-SourceMap", "Speculation-Rules",
    "Content-Security-Policy", "Content-Security-Policy-Report-Only", "X-Content-Security-Policy", "X-WebKit-CSP",
    "Permissions-Policy", "Permissions-Policy-Report-Only", "Feature-Policy", "Document-Policy",
    "Document-Policy-Report-Only", "Require-Document-Policy", "Integrity-Policy", "Integrity-Policy-Report-Only",
    "Document-Isolation-Policy", "Document-Isolation-Policy-Report-Only", "Origin-Agent-Cluster", "X-Frame-Options",
    "X-UA-Compatible", "X-XSS-Protection", "X-DNS-Prefetch-Control",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Opener-Policy-Report-Only", "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Embedder-Policy-Report-Only", "Cross-Origin-Resource-Policy", "X-Content-Type-Options",
    "Referrer-Policy",
    # Reporting.
    "Report-To", "Reporting-Endpoints", "NEL", "Server-Timing",
    # Caching.
    "Cache-Control", "Expires", "Pragma", "Age", "CDN-Cache-Control", "Surrogate-Control", "No-Vary-Search",
    # Commands to a proxy in front.
    "X-Accel-Redirect", "X-Accel-Expires", "X-Accel-Limit-Rate", "X-Accel-Buffering", "X-Accel-Charset", "X-Sendfile",
    # The archive's software.
    "X-Powered-By", "X-AspNet-Version",
)  # fmt: skip
"""Response headers of the archive that are removed; for servers that can only remove headers by name."""


def plain_target(roots: Iterable[str]) -> str:
    """A regular expression for the whole raw request target of a request that may be sent to an archive.

    The target is one of the roots, or a plain path below one, and an optional query. It has no authority (RFC 9112
    3.2.2) and no fragment. The expression has neither backslashes nor double quotes, because nginx, Apache and Caddy
    each treat these differently.

    Args:
        roots: paths without a slash at the end.
    """
    paths = "|".join(root.replace(".", "[.]") for root in roots)
    return f"(?:{paths})(?:{PLAIN_PATH})?(?:[?][^# ]*)?"


def plain_request_line(roots: Iterable[str]) -> str:
    """A regular expression for the request line with such a target; HTTP/2 servers give it in its HTTP/1 form."""
    return f"^[A-Z]+ {plain_target(roots)} HTTP/[0-9.]+$"
