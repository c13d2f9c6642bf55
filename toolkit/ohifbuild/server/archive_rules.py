"""What may pass between a browser and an archive, whichever web server stands between them.

``serve`` carries these rules out itself; ``deploy`` writes them into the configurations of nginx, Apache and Caddy. An
archive shares its origin with the viewer, and whoever can store an object in it decides what some of its answers are.
So nothing that it answers may act on that origin: no redirect, no cookie, no policy, no script.
"""

from __future__ import annotations

from collections.abc import Iterable

from ohifbuild.contract.place import PLAIN_PATH
from ohifbuild.server.headers import ISOLATION, NEVER_STORED

METHODS = ("GET", "HEAD")
ALLOW = ", ".join(METHODS)

REDIRECTS = (300, 301, 302, 303, 305, 306, 307, 308)
"""Every status that may redirect (RFC 9110 15.4): all of the 3xx but 304."""

ARCHIVE_POLICY = "default-src 'none'; sandbox"
"""Of an answer that is opened as a page of its own: nothing in it runs, or belongs to the viewer's origin.

What fetch, XMLHttpRequest, pictures and media load is not affected: policies are those of documents and workers (CSP3
4.2).
"""

ADDED = {**ISOLATION, "Content-Security-Policy": ARCHIVE_POLICY, "Cache-Control": NEVER_STORED}
"""With every answer of the archive, in place of its own."""

SCRIPT_TYPE = "(?:java|ecma|live|j)script"
"""Found in every media type that a page runs as a script or a worker (MIME Sniffing 4.6), in whatever letter case.

``ARCHIVE_POLICY`` does not concern those: their policy is the page's, which allows what its own origin answers.
"""
INSTEAD_OF_SCRIPT = "text/plain"

NOT_PASSED_ON = (
    "Cookie",
    "X-HTTP-Method",
    "X-HTTP-Method-Override",
    "X-Method-Override",
    "X-Original-URL",
    "X-Rewrite-URL",
)
"""Headers of a request that the archive does not get.

A link's token has a header of its own, so no cookie is needed; what cookies there are belong to other services of the
same host, or would let another site's page act as the user. The others make a request another one than was judged.
"""

PASSED_BACK = frozenset(
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
"""Headers of an archive's answer that may pass, in lower case, for servers that can say so."""

NOT_PASSED_BACK = (
    # Where to go instead, and by what way.
    "Location", "Content-Location", "Refresh", "Link", "Alt-Svc", "Alt-Used",
    # What browsers keep for the origin.
    "Set-Cookie", "Set-Cookie2", "Clear-Site-Data", "Strict-Transport-Security", "Public-Key-Pins",
    "Public-Key-Pins-Report-Only", "Expect-CT", "Accept-CH", "Accept-CH-Lifetime", "Critical-CH", "P3P", "Set-Login",
    "Secure-Session-Registration", "Secure-Session-Challenge", "Sec-Session-Registration", "Sec-Session-Challenge",
    "Activate-Storage-Access", "Origin-Trial", "Use-As-Dictionary", "Observe-Browsing-Topics",
    "Attribution-Reporting-Register-Source", "Attribution-Reporting-Register-Trigger",
    # Who may read it.
    "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods", "Access-Control-Expose-Headers", "Access-Control-Max-Age",
    "Access-Control-Allow-Private-Network", "Access-Control-Allow-Local-Network", "Timing-Allow-Origin",
    "Supports-Loading-Mode", "X-Permitted-Cross-Domain-Policies",
    # What scripts may do.
    "Service-Worker-Allowed", "SourceMap", "X-SourceMap", "Speculation-Rules",
    "Content-Security-Policy", "Content-Security-Policy-Report-Only", "X-Content-Security-Policy", "X-WebKit-CSP",
    "Permissions-Policy", "Permissions-Policy-Report-Only", "Feature-Policy", "Document-Policy",
    "Document-Policy-Report-Only", "Require-Document-Policy", "Integrity-Policy", "Integrity-Policy-Report-Only",
    "Document-Isolation-Policy", "Document-Isolation-Policy-Report-Only", "Origin-Agent-Cluster", "X-Frame-Options",
    "X-UA-Compatible", "X-XSS-Protection", "X-DNS-Prefetch-Control",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Opener-Policy-Report-Only", "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Embedder-Policy-Report-Only", "Cross-Origin-Resource-Policy", "X-Content-Type-Options",
    "Referrer-Policy",
    # To whom browsers tell of it.
    "Report-To", "Reporting-Endpoints", "NEL", "Server-Timing",
    # How long it is kept.
    "Cache-Control", "Expires", "Pragma", "Age", "CDN-Cache-Control", "Surrogate-Control", "No-Vary-Search",
    # What a server in front would take for an order to itself.
    "X-Accel-Redirect", "X-Accel-Expires", "X-Accel-Limit-Rate", "X-Accel-Buffering", "X-Accel-Charset", "X-Sendfile",
    # What it is run by.
    "X-Powered-By", "X-AspNet-Version",
)  # fmt: skip
"""Headers of an archive's answer that do not pass, for servers that can only name what to take away."""


def plain_target(roots: Iterable[str]) -> str:
    """A regular expression that matches a whole request target, as it is sent, which may go to an archive.

    That is one of the roots or a plain path below it, and a query; no other origin's (RFC 9112 3.2.2) and no fragment.
    It has neither backslashes nor double quotes, which nginx, Apache and Caddy each read in a way of their own.

    Args:
        roots: paths without a slash at the end.
    """
    paths = "|".join(root.replace(".", "[.]") for root in roots)
    return f"(?:{paths})(?:{PLAIN_PATH})?(?:[?][^# ]*)?"


def plain_request_line(roots: Iterable[str]) -> str:
    """The same for the line that a request begins with; of a server that speaks HTTP/2, as it writes it for HTTP/1."""
    return f"^[A-Z]+ {plain_target(roots)} HTTP/[0-9.]+$"
