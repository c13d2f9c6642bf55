"""The way to the page: name, connection, certificate, redirects, clocks."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from ohifbuild.doctor.client import Answer, RequestFailure
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gather import REDIRECTS, follows
from ohifbuild.doctor.gathered import Arrival, Evidence
from ohifbuild.doctor.tls import Certificate

DAY = 86400.0
SOON = 14 * DAY
SKEW_SECONDS = 60.0
LOGIN_WORDS = ("login", "signin", "sign-in", "auth", "oidc", "oauth", "sso", "realms", "saml")

NOTHING_TO_SEE = "The browser shows its own error page, not a viewer."

REQUEST_FAILURES: dict[RequestFailure, tuple[str, str]] = {
    "name": (
        "is a name that no machine is known by here",
        "See whether it is spelt rightly, and whether this network knows it.",
    ),
    "refused": (
        "is closed: nothing listens there (connection refused)",
        "Start the web server, or see whether the port is right: ss -ltn",
    ),
    "unreachable": ("cannot be reached: no way leads there", "See whether the network is up, and the address right."),
    "timeout": ("does not answer in time", "See whether a firewall drops the packets, and the server is not stuck."),
    "closed": (
        "closes the connection without an answer",
        "See whether https:// is right for this port, and read the server's own log.",
    ),
    "tls": (
        "does not speak TLS as browsers do, or its certificate is not trusted here",
        "See whether http:// is right for this port, or whether the server needs 'listen … ssl' (nginx).",
    ),
    "protocol": ("does not speak HTTP", "See whether the port is the web server's, not DICOM's."),
}


def address(evidence: Evidence) -> Finding:
    """Whether something answers."""
    about = Check("address", "Address")
    if evidence.trouble:
        found, change = REQUEST_FAILURES[evidence.trouble]
        tls = evidence.arrival.tls if evidence.arrival else None
        reason = f" ({tls.error})" if evidence.trouble == "tls" and tls else ""
        return about.wrong(f"{evidence.address.origin} {found}{reason}.", NOTHING_TO_SEE, change)
    first = evidence.arrival.first if evidence.arrival else Answer("")
    server = first.get("server")[:40]
    return about.right(f"{evidence.address.origin} answers" + (f" ({server})." if server else "."))


def certificate(evidence: Evidence) -> Finding:
    """Whether browsers take the certificate."""
    about = Check("certificate", "Certificate")
    arrival = evidence.arrival
    if evidence.address.scheme == "http":
        return (
            about.right("Not needed on this machine.") if evidence.address.is_secure_context else about.untried("http.")
        )
    if arrival is None or arrival.tls is None:
        return about.untried("no handshake.")
    tls, host = arrival.tls, arrival.address.host
    if tls.certificate is None:
        return about.untried("no handshake.") if tls.error else about.note("it cannot be read.", "Browsers may differ.")
    seen = tls.certificate
    problems = _problems(seen, host, tls.error, evidence.now)
    if problems:
        found, change = problems[0]
        more = "".join(f" Also: {other}." for other, _ in problems[1:])
        effect = "Browsers warn instead of showing the viewer, and refuse the archive's answers without a word."
        return about.wrong(f"It {found}.{more}", effect, change)
    days = (seen.ends - evidence.now) / DAY
    if seen.ends - evidence.now < SOON:
        return about.note(f"It ends in {days:.0f} days.", "Then browsers warn instead of showing the viewer.", RENEW)
    return about.right(f"Trusted here, for {host}, {days:.0f} days left.")


RENEW = "Renew it, and have the server read it: certbot renew && systemctl reload nginx"


def _problems(seen: Certificate, host: str, error: str, now: float) -> list[tuple[str, str]]:
    """What is wrong with a certificate, and what to do; the first is what browsers name."""
    found = []
    if seen.ends < now:
        found.append((f"expired {_ago(now - seen.ends)}", RENEW))
    if seen.begins > now:
        found.append(("is not valid yet", "See whether the clocks are right: timedatectl"))
    if not seen.is_for(host):
        names = ", ".join(seen.names[:3]) or "nobody"
        found.append(
            (f"is for {names}, not for {host}", f"Open the viewer by that name, or have one issued for {host}.")
        )
    if error and seen.self_signed:
        change = "Have one issued by an authority, or have every browser trust this one."
        found.append(("is self-signed, and not trusted here", change))
    if error and not found:
        change = (
            "Send the authority's intermediate certificates too (nginx: ssl_certificate takes the full chain); if the "
            "authority is your own, name it: SSL_CERT_FILE=ca.pem ohifbuild doctor …"
        )
        found.append((f"is not trusted here ({error})", change))
    return found


def _ago(seconds: float) -> str:
    return f"{seconds / DAY:.0f} days ago" if seconds > 2 * DAY else f"{seconds / 3600:.0f} hours ago"


def redirects(evidence: Evidence) -> Finding:
    """Where the link leads before it arrives, and with what left of it."""
    about = Check("redirects", "Redirects")
    arrival = evidence.arrival
    if arrival is None or evidence.trouble:
        return about.untried()
    if arrival.first.status in REDIRECTS:
        return _not_followed(about, arrival)
    if not arrival.hops:
        return about.right("None.")
    if evidence.asked.query not in arrival.address.query:
        return about.wrong(
            f"The redirect to {arrival.address.path} drops what stands behind the question mark.",
            "The viewer opens without the link's studies: an empty page, or 'not found'.",
            "Keep the query: nginx: return 302 /ohif/$is_args$args;",
        )
    if evidence.asked.scheme != arrival.address.scheme:
        effect = "The first request, with all that stands before a link's #, crosses the network for all to read."
        return about.note("http leads to https.", effect, "Give out links that begin with https://")
    return about.right(f"To {arrival.address.url}, with the query kept.")


def _not_followed(about: Check, arrival: Arrival) -> Finding:
    if follows(arrival.address, arrival.first):
        return about.wrong(
            "The link is redirected without end.", NOTHING_TO_SEE, "Look for rules that undo each other."
        )
    location = arrival.first.get("location")
    try:
        parts = urlsplit(urljoin(arrival.address.url, location))
    except ValueError:
        return about.wrong("A redirect leads to no URL.", NOTHING_TO_SEE, "Correct the server's redirect.")
    there = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    if any(word in f"{parts.hostname}{parts.path}".lower() for word in LOGIN_WORDS):
        return about.wrong(
            f"The page sends to a login at {there}.",
            "Who has the link but no account there sees no study.",
            "Let the viewer's path, and the archive's with a token, pass without the login.",
        )
    return about.wrong(
        f"The page sends to another place, {there}, which is not followed.",
        "The viewer, if there is one, is at another origin than the link says.",
        "Give out links to that place, and run doctor on it.",
    )


def clock(evidence: Evidence) -> Finding:
    """Whether the server's clock is this machine's; a token's and a certificate's times are compared with both."""
    about = Check("clock", "Clock")
    first = evidence.arrival.first if evidence.arrival else Answer("")
    seconds = skew(evidence)
    if seconds is None:
        return about.untried("the server does not say." if first.status else "no answer.")
    if abs(seconds) <= SKEW_SECONDS:
        return about.right("The server's is this machine's.")
    found = f"The server's is {_length(abs(seconds))} {'ahead of' if seconds > 0 else 'behind'} this machine's."
    effect = "Tokens and certificates are taken for expired, or not valid yet."
    change = "Set both by the network: timedatectl set-ntp true"
    if abs(seconds) > DAY:
        return about.wrong(found, effect, change)
    return about.note(found, effect, change)


def skew(evidence: Evidence) -> float | None:
    """Seconds by which the server is ahead; None if unknown, or if the answer is from a cache."""
    first = evidence.arrival.first if evidence.arrival else Answer("")
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
