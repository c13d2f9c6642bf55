"""Checks of the way to the page: host name, connection, certificate, redirects, clocks."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from ohifbuild.contract.tokens import expiry_of
from ohifbuild.doctor.checks.remedies import behind_proxy
from ohifbuild.doctor.client import Answer, RequestFailure
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gather import REDIRECTS, redirect_target
from ohifbuild.doctor.observations import Evidence, Navigation
from ohifbuild.doctor.tls import Certificate, Tls

DAY = 86400.0
SOON = 14 * DAY
SKEW_SECONDS = 60.0
LOGIN_WORDS = ("login", "signin", "sign-in", "auth", "oidc", "oauth", "sso", "realms", "saml")

BROWSER_ERROR = "The browser shows an error page instead of the viewer."

REQUEST_FAILURES: dict[RequestFailure, tuple[str, str]] = {
    "name": (
        "has a host name that cannot be resolved here",
        "Check the spelling of the host name, and whether this network's DNS server knows it.",
    ),
    "refused": (
        "refuses connections: nothing listens on this port",
        "Start the web server, or correct the port. This command lists open ports: ss -ltn",
    ),
    "unreachable": ("is unreachable", "Check the network connection and the address."),
    "timeout": ("does not answer in time", "Check whether a firewall drops the packets, and whether the server hangs."),
    "closed": (
        "closes the connection without an answer",
        "Check whether https:// is right for this port, and read the server's log.",
    ),
    "tls": (
        "does not accept a TLS connection, or its certificate is not trusted here",
        "Check whether http:// is right for this port, or whether the server needs 'listen … ssl' (nginx).",
    ),
    "protocol": ("does not speak HTTP", "Check whether the port is that of the web server, and not of DICOM."),
}
"""For each failure, the fault in words that follow an address, and what to change."""


def address(evidence: Evidence) -> Finding:
    """Whether a server answers."""
    check = Check("address", "Address")
    if evidence.failure:
        found, change = REQUEST_FAILURES[evidence.failure]
        tls = evidence.navigation.tls if evidence.navigation else None
        reason = f" ({tls.error})" if evidence.failure == "tls" and tls else ""
        other = next((item.address for item in evidence.connections if not item.failure), "")
        if evidence.failure == "refused" and other:
            return check.wrong(
                f"{evidence.address.origin} {found}, but {other} answers there.",
                BROWSER_ERROR,
                _listen(evidence, other),
            )
        return check.wrong(f"{evidence.address.origin} {found}{reason}.", BROWSER_ERROR, change)
    first = evidence.navigation.first if evidence.navigation else Answer("")
    server = first.get("server")[:40]
    return check.right(f"{evidence.address.origin} answers" + (f" ({server})." if server else "."))


def _listen(evidence: Evidence, other: str) -> str:
    """The change for a server that listens to one version of IP only."""
    port = evidence.address.port
    if ":" in other:
        return f"The server listens to IPv6 only. nginx: listen {port};"
    return f"The server listens to IPv4 only. nginx: listen [::]:{port}; beside 'listen {port};'"


def certificate(evidence: Evidence) -> Finding:
    """Whether browsers accept the certificate."""
    check = Check("certificate", "Certificate")
    navigation = evidence.navigation
    if evidence.address.scheme == "http":
        if evidence.address.is_secure_context:
            return check.right("Not needed on this machine.")
        return check.not_checked("the link uses http.")
    if navigation is None or navigation.tls is None:
        return check.not_checked("there was no TLS handshake.")
    tls, host = navigation.tls, navigation.address.host
    if tls.certificate is None:
        if tls.error:
            return check.not_checked("there was no TLS handshake.")
        return check.note("The certificate cannot be read.", "Browsers may refuse it.")
    problems = _problems(tls, tls.certificate, host, evidence.now)
    if problems:
        found, change = problems[0]
        more = "".join(f" Also: it {other}." for other, _ in problems[1:])
        effect = "Browsers show a warning instead of the viewer, and silently refuse the archive's answers."
        return check.wrong(f"The certificate {found}.{more}", effect, change)
    days = (tls.certificate.ends - evidence.now) / DAY
    if tls.certificate.ends - evidence.now < SOON:
        effect = "After that, browsers show a warning instead of the viewer."
        return check.note(f"The certificate expires in {days:.0f} days.", effect, RENEW)
    return check.right(f"Trusted here, valid for {host}, {days:.0f} days left.")


RENEW = "Renew it and reload the server: certbot renew && systemctl reload nginx"


def _problems(tls: Tls, certificate: Certificate, host: str, now: float) -> list[tuple[str, str]]:
    """The faults of a certificate, in words that follow 'it', each with what to change; browsers name the first."""
    found, error = [], tls.error
    if certificate.ends < now:
        found.append((f"expired {_ago(now - certificate.ends)}", RENEW))
    if certificate.begins > now:
        found.append(("is not valid yet", "Check the clocks: timedatectl"))
    if not certificate.is_for(host):
        names = ", ".join(certificate.names[:3]) or "no host"
        change = f"Open the viewer by that name, or get a certificate for {host}."
        if tls.is_default:
            change += (
                "\nThe server sends it to every client that asks for a host it does not know. If the viewer is another "
                f"site of it, name the host there: nginx: server_name {host};"
            )
        found.append((f"is for {names}, not for {host}", change))
    if error and certificate.self_signed:
        change = "Get a certificate from an authority, or make every browser trust this one."
        found.append(("is self-signed and not trusted here", change))
    if error and not found:
        change = (
            "Send the authority's intermediate certificates too (nginx: ssl_certificate needs the full chain). If the "
            "authority is your own, name it: SSL_CERT_FILE=ca.pem ohifbuild doctor …"
        )
        found.append((f"is not trusted here ({error})", change))
    return found


def _ago(seconds: float) -> str:
    return f"{seconds / DAY:.0f} days ago" if seconds > 2 * DAY else f"{seconds / 3600:.0f} hours ago"


def redirects(evidence: Evidence) -> Finding:
    """Whether redirects stay on the host and keep the query."""
    check = Check("redirects", "Redirects")
    navigation = evidence.navigation
    if navigation is None or evidence.failure:
        return check.not_checked()
    if navigation.first.status in REDIRECTS:
        return _not_followed(check, navigation)
    if not navigation.redirects:
        return check.right("None.")
    if evidence.link_address.query not in navigation.address.query:
        return check.wrong(
            f"The redirect to {navigation.address.path} drops the link's query.",
            "The viewer opens without the link's studies: it shows an empty page, or 'not found'.",
            "Keep the query: nginx: return 302 /ohif/$is_args$args;",
        )
    if evidence.link_address.scheme != navigation.address.scheme:
        effect = "The network can read the first request, with everything before the # of the link."
        return check.note(
            "The link uses http and is redirected to https.", effect, "Use links that begin with https://"
        )
    return check.right(f"One to {navigation.address.url}, which keeps the query.")


def _not_followed(check: Check, navigation: Navigation) -> Finding:
    if redirect_target(navigation.address, navigation.first):
        if navigation.address.scheme == "https" and len({answer.url for answer in navigation.redirects}) == 1:
            return check.wrong(
                "The page redirects to itself: TLS ends at a proxy, and the server behind it asks for https again.",
                BROWSER_ERROR,
                behind_proxy(navigation.address.origin),
            )
        return check.wrong("The redirects do not end.", BROWSER_ERROR, "Look for redirects that undo each other.")
    location = navigation.first.get("location")
    try:
        parts = urlsplit(urljoin(navigation.address.url, location))
    except ValueError:
        return check.wrong("A redirect has an invalid target.", BROWSER_ERROR, "Correct the server's redirect.")
    target = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    if (navigation.address.scheme, parts.scheme) == ("https", "http") and parts.hostname == navigation.address.host:
        return check.wrong(
            f"The page redirects from https to {target}: TLS ends at a proxy, and the server behind it does not know.",
            "The browser shows an error page, or sends the link unencrypted.",
            behind_proxy(navigation.address.origin),
        )
    if any(word in f"{parts.hostname}{parts.path}".lower() for word in LOGIN_WORDS):
        return check.wrong(
            f"The page redirects to a login at {target}.",
            "Users with the link and without an account there see no study.",
            "Allow the viewer's path, and the archive's path with a token, without the login.",
        )
    return check.wrong(
        f"The page redirects to {target}, which doctor does not follow.",
        "The viewer, if there is one, is at another origin than that of the link.",
        "Use links to that address, and run doctor on one.",
    )


def clock(evidence: Evidence) -> Finding:
    """Whether the clocks of the server and this machine agree; tokens and certificates expire by both."""
    check = Check("clock", "Clock")
    first = evidence.navigation.first if evidence.navigation else Answer("")
    seconds = skew(evidence)
    if seconds is None:
        return check.not_checked("the answer has no Date header." if first.status else "there is no answer.")
    if abs(seconds) <= SKEW_SECONDS:
        return check.right("The server's clock agrees with this machine's.")
    direction = "ahead of" if seconds > 0 else "behind"
    found = f"The server's clock is {_length(abs(seconds))} {direction} this machine's."
    effect = "Valid tokens and certificates count as expired, or as not valid yet."
    change = "Synchronise both clocks: timedatectl set-ntp true"
    ends = expiry_of(evidence.link.token or "")
    expires_early = ends is not None and evidence.now < ends < evidence.now + seconds
    if abs(seconds) > DAY or expires_early:
        return check.wrong(found, "This link's token counts as expired." if expires_early else effect, change)
    return check.note(found, effect, change)


def skew(evidence: Evidence) -> float | None:
    """Seconds by which the server's clock is ahead; None if unknown, or if the answer came from a cache."""
    first = evidence.navigation.first if evidence.navigation else Answer("")
    if not first.get("date") or first.get("age"):
        return None
    try:
        return parsedate_to_datetime(first.get("date")).timestamp() - evidence.now
    except (ValueError, TypeError, OverflowError):
        return None


def _length(seconds: float) -> str:
    for size, unit in ((DAY, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
