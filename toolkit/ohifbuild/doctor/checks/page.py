"""Checks whether the link leads to a viewer's page, and whether that is a secure context."""

from __future__ import annotations

from ohifbuild.doctor.checks.answers import UPSTREAM_GONE, is_too_long
from ohifbuild.doctor.checks.navigation import BROWSER_ERROR
from ohifbuild.doctor.checks.protective_headers import NO_MEMORY, needs_no_memory
from ohifbuild.doctor.checks.remedies import accept_long_lines, behind_proxy
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.decompress import shows_page
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gather import REDIRECTS
from ohifbuild.doctor.observations import Evidence
from ohifbuild.doctor.viewer_page import read_page

HTML = ("text/html", "application/xhtml+xml")
OTHER_PORT = b"plain HTTP request was sent to HTTPS port"


def long_link(evidence: Evidence) -> Finding:
    """Whether the server accepts a link of this length."""
    check = Check("long-link", "Link's length")
    first = _first(evidence)
    length = len(evidence.link_address.path) + len(evidence.link_address.query)
    if not first.status:
        return check.not_checked()
    if not is_too_long(first):
        return check.right(f"The server accepts {length} characters.")
    return check.wrong(
        f"The server refuses a link of {length} characters ({first.status}).",
        BROWSER_ERROR,
        accept_long_lines(first),
    )


def routes(evidence: Evidence) -> Finding:
    """Whether the link's route is answered with the viewer's page."""
    check = Check("routes", "Routes")
    if evidence.navigation is None or not evidence.viewer:
        return check.not_checked()
    first = evidence.navigation.first
    if evidence.viewer.page_answer is first:
        return check.right(f"{evidence.address.path} is answered with the viewer's page.")
    url = evidence.viewer.page.settings.public_url
    return check.wrong(
        f"{evidence.address.path} is answered {first.status}, but the viewer is at {evidence.address.origin}{url}.",
        "Every link and every reload shows the server's error page, because a route of the viewer is not a file.",
        f"Answer routes with the page: nginx: location {url} {{ try_files $uri {url}index.html; }}",
    )


def page(evidence: Evidence) -> Finding:
    """Whether the answer is a viewer's page."""
    check = Check("page", "Page")
    first = _first(evidence)
    if evidence.viewer:
        kind = first.media_type
        if evidence.viewer.page_answer is first and kind not in HTML:
            return check.wrong(
                f"The viewer's page is sent {f'as {kind}' if kind else 'without a media type'}.",
                "Browsers show its source, or save it, instead of running it.",
                "Send .html as text/html: nginx: include mime.types;",
            )
        if evidence.viewer.page.kind == "ohif":
            effect = "Nothing confines it to the link's studies, and a reload loses the token."
            return check.note("The page is OHIF as published.", effect, "Build a viewer with: ohifbuild build")
        return check.right("The page is a viewer that ohifbuild built.")
    if not first.status or first.status in REDIRECTS:
        return check.not_checked()
    if evidence.navigation and evidence.navigation.doubled:
        return _stripped(check, evidence.address.origin, evidence.address.path, evidence.navigation.doubled)
    found, change = _other_page(first, evidence.address.host)
    return check.wrong(f"{evidence.address.url} {found}.", "There is no viewer.", change)


def _stripped(check: Check, origin: str, path: str, doubled: str) -> Finding:
    """The finding for a proxy that takes the first folder of each path off."""
    prefix = doubled.removesuffix(path)
    return check.wrong(
        f"{path} has no viewer, but {doubled} has: a proxy takes {prefix} off, and the server behind it expects it.",
        "No link works.",
        f"{behind_proxy(origin, prefix)}\nOr make the proxy pass {prefix} on: Traefik: no StripPrefix; nginx: "
        "proxy_pass without a path",
    )


def _other_page(first: Answer, host: str) -> tuple[str, str]:
    """What the answer is instead of a viewer, in words that follow the URL, and what to change."""
    other_page = read_page(first.body)
    path = "Check the path of the link, and whether the server's root or alias is the viewer's folder."
    if first.status == 401:
        return "requires a password", "Serve the viewer's files without one: users of a link have no password."
    if first.status == 403:
        return "is refused (403)", "Make the viewer's folder readable (chmod -R a+rX), and read the server's error log."
    if first.status in UPSTREAM_GONE:
        return (
            f"is a proxy that does not reach its server ({first.status})",
            "Start the server behind the proxy.",
        )
    if OTHER_PORT in first.body:
        return "requires https on this port", "Open the link with https://"
    if first.status != 200:
        return f"answers {first.status}", path
    if other_page.kind == "login":
        return f"is a login page{_titled(other_page.title)}", "Allow the viewer's path without a login."
    if shows_page(first):
        nginx = "Remove nginx's welcome page, which answers instead: rm /etc/nginx/sites-enabled/default"
        site = f"{path}\nIf the server has several sites, it chose another one: nginx: server_name {host};"
        return f"is another page{_titled(other_page.title)}", nginx if "nginx" in other_page.title.lower() else site
    return f"is not a web page, but {first.media_type or 'of unknown type'}", path


def _titled(title: str) -> str:
    return f" ('{title}')" if title else ""


def secure_context(evidence: Evidence) -> Finding:
    """Whether the page is a secure context."""
    check = Check("secure-context", "Secure context")
    address = evidence.address
    if address.is_secure_context:
        return check.right("The page uses https." if address.scheme == "https" else f"{address.host} is this machine.")
    modern = evidence.viewer is not None and needs_no_memory(evidence.viewer.release)
    return check.wrong(
        f"{address.origin} uses http, and is not the browser's own machine.",
        "The network can read token and images. " + ("" if modern else NO_MEMORY),
        "Serve it over https: ohifbuild deploy nginx DIST --certificate FILE --key FILE\nfor a test: "
        "ohifbuild serve DIST --https",
        stops=not modern,
    )


def _first(evidence: Evidence) -> Answer:
    return evidence.navigation.first if evidence.navigation else Answer("")
