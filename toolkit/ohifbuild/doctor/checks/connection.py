"""Checks of the connection that other browsers make: by other addresses of the host, and by HTTP/2."""

from __future__ import annotations

from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence
from ohifbuild.server.web_server import is_loopback

FAILED = {"refused": "refuses connections", "timeout": "does not answer", "unreachable": "is unreachable from here"}


def addresses(evidence: Evidence) -> Finding:
    """Whether all addresses of the host lead to a server."""
    check = Check("addresses", "All addresses")
    found = [connection for connection in evidence.connections if not is_loopback(connection.address)]
    if found and all(connection.is_ipv6 for connection in found):
        return check.note(
            f"{evidence.link_address.host} has addresses of IPv6 only.",
            "People without IPv6 do not reach the viewer.",
            "Add an address of IPv4 (A) to the DNS, if some of them have no IPv6.",
        )
    if is_loopback(evidence.link_address.host) or len(found) < 2:
        return check.right("The host has one address.") if evidence.connections else check.not_checked()
    failed = [connection for connection in found if connection.failure]
    if len(failed) == len(found):
        return check.not_checked()
    # This machine may have no IPv6 itself; that another machine refuses connections is certain.
    certain = [connection for connection in failed if connection.failure != "unreachable"]
    if certain:
        address = certain[0].address
        listen = f"[::]:{evidence.link_address.port}" if certain[0].is_ipv6 else str(evidence.link_address.port)
        return check.wrong(
            f"{evidence.link_address.host} has several addresses, and {address} "
            f"{FAILED.get(certain[0].failure, 'closes connections')}.",
            "Browsers that use this address first wait for the page, or show an error.",
            f"Make the server listen there too: nginx: listen {listen};\nor remove the address from the DNS.",
            stops=False,
        )
    if failed:
        return check.right(f"{len(found) - len(failed)} of {len(found)} addresses answer; this network has no other.")
    return check.right(f"All {len(found)} addresses answer.")


def http2(evidence: Evidence) -> Finding:
    """Whether the server speaks HTTP/2 if it says so."""
    check = Check("http2", "HTTP/2")
    if evidence.navigation is None or evidence.failure:
        return check.not_checked()
    if evidence.http2:
        return check.wrong(
            f"The server {evidence.http2}.",
            "Browsers show an error page (ERR_HTTP2_PROTOCOL_ERROR); programs with HTTP/1.1 see nothing wrong.",
            "A proxy that passes TCP on must not offer what the server behind it does not speak.\n"
            "HAProxy: mode http, or remove alpn h2 from its bind line.",
        )
    upgrade = evidence.navigation.first.get("upgrade").lower()
    if "h2" in upgrade and evidence.address.scheme == "https":
        return check.wrong(
            f"The page's answer has the header Upgrade: {upgrade[:40]}, which HTTP/2 forbids.",
            "Safari refuses the page over HTTP/2.",
            "nginx: proxy_hide_header Upgrade;\nApache: Header unset Upgrade",
        )
    return check.right("Nothing is wrong with it, or the server offers none.")
