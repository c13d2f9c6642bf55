"""The page itself: whether the link leads to a viewer, and to one that browsers give its powers."""

from __future__ import annotations

from ohifbuild.doctor.checks.arrival import NOTHING_TO_SEE
from ohifbuild.doctor.checks.protective_headers import NO_MEMORY, does_without_memory
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.coding import shows_page
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gather import REDIRECTS
from ohifbuild.doctor.gathered import Evidence
from ohifbuild.doctor.viewer_page import read_page

TOO_LONG = (413, 414, 431)
NGINX_TOO_LARGE = (b"Header Or Cookie Too Large", b"Request-URI Too Large")
HTML = ("text/html", "application/xhtml+xml")
UPSTREAM_GONE = (502, 503, 504)
OTHER_PORT = b"plain HTTP request was sent to HTTPS port"


def long_link(evidence: Evidence) -> Finding:
    """Whether the server takes a link as long as this one."""
    about = Check("long-link", "Link's length")
    first = _first(evidence)
    length = len(evidence.asked.path) + len(evidence.asked.query)
    if not first.status:
        return about.untried()
    if not is_too_long(first):
        return about.right(f"{length} characters are taken.")
    return about.wrong(
        f"The server refuses a link of {length} characters ({first.status}).",
        NOTHING_TO_SEE,
        "nginx: large_client_header_buffers 4 32k\nApache: LimitRequestLine 32768",
    )


def is_too_long(answer: Answer) -> bool:
    """Whether an answer says that the request line or a header is too long."""
    said = answer.status == 400 and any(words in answer.body for words in NGINX_TOO_LARGE)
    return said or answer.status in TOO_LONG


def routes(evidence: Evidence) -> Finding:
    """Whether the link's route, which is no file, is answered with the viewer's page."""
    about = Check("routes", "Routes")
    if evidence.arrival is None or not evidence.viewer:
        return about.untried()
    first = evidence.arrival.first
    if evidence.viewer.page_answer is first:
        return about.right(f"{evidence.address.path} is answered with the viewer's page.")
    url = evidence.viewer.page.settings.public_url
    return about.wrong(
        f"{evidence.address.path} is {first.status}, though the viewer is at {evidence.address.origin}{url}.",
        "Every link and every reload ends on the server's error page: a route of the viewer is no file.",
        f"Answer what is no file with the page: nginx: location {url} {{ try_files $uri {url}index.html; }}",
    )


def page(evidence: Evidence) -> Finding:
    """Whether a viewer answers."""
    about = Check("page", "Page")
    first = _first(evidence)
    if evidence.viewer:
        kind = first.media_type
        if evidence.viewer.page_answer is first and kind not in HTML:
            return about.wrong(
                f"The viewer's page is sent as {kind or 'nothing in particular'}.",
                "Browsers show its text, or save it, instead of running it.",
                "Send .html as text/html: nginx: include mime.types;",
            )
        if evidence.viewer.page.kind == "ohif":
            effect = "Nothing confines it to the link's studies, and reloading loses the token."
            return about.note("OHIF as it is published.", effect, "Build one with: ohifbuild build")
        return about.right("A viewer that ohifbuild built.")
    if not first.status or first.status in REDIRECTS:
        return about.untried()
    found, change = _what_else(first)
    return about.wrong(f"{evidence.address.url} {found}.", "There is no viewer.", change)


def _what_else(first: Answer) -> tuple[str, str]:
    """What answers in the viewer's place, and what to change."""
    seen = read_page(first.body)
    path = "See whether the path is right, and whether the server's root or alias is the viewer's folder."
    if first.status == 401:
        return "asks for a password", "Let the viewer's files pass without one: who follows a link has none."
    if first.status == 403:
        return "refused (403)", "Let the server's user read the viewer's folder: chmod -R a+rX, and see its error log."
    if first.status in UPSTREAM_GONE:
        return (
            f"the proxy has no server behind it ({first.status})",
            "Start what is behind it.",
        )
    if OTHER_PORT in first.body:
        return "wants https at this port", "Open the link with https://"
    if first.status != 200:
        return f"answers {first.status}", path
    if seen.kind == "login":
        return f"is a page to log in{_titled(seen.title)}", "Let the viewer's path pass without a login."
    if shows_page(first):
        other = "nginx's welcome page answers in its place: rm /etc/nginx/sites-enabled/default"
        return f"is another page{_titled(seen.title)}", other if "nginx" in seen.title.lower() else path
    return f"is no page, but {first.media_type or 'something else'}", path


def _titled(title: str) -> str:
    return f" ('{title}')" if title else ""


def secure_context(evidence: Evidence) -> Finding:
    """Whether browsers give the page its powers at all."""
    about = Check("secure-context", "Secure context")
    address = evidence.address
    if address.is_secure_context:
        return about.right("https." if address.scheme == "https" else f"{address.host} is this machine itself.")
    modern = evidence.viewer is not None and does_without_memory(evidence.viewer.release)
    return about.wrong(
        f"{address.origin} is http, at an address that is not the browser's own machine.",
        "Token and images cross the network for all to read. " + ("" if modern else NO_MEMORY),
        "Serve it over https: ohifbuild deploy nginx DIST --certificate FILE --key FILE\nto try it: "
        "ohifbuild serve DIST --https",
        stops=not modern,
    )


def _first(evidence: Evidence) -> Answer:
    return evidence.arrival.first if evidence.arrival else Answer("")
