"""Configuration lines for the kind of server that answered."""

from __future__ import annotations

from ohifbuild.contract.link import LONGEST
from ohifbuild.doctor.client import Answer

LONG_LINES = {
    "nginx": f"nginx: large_client_header_buffers 4 {LONGEST // 1024}k;",
    "apache": f"Apache: LimitRequestLine {LONGEST} and LimitRequestFieldSize {LONGEST}",
    "haproxy": f"HAProxy: tune.bufsize {2 * LONGEST}",
}
WAIT = {
    "nginx": "nginx: proxy_read_timeout 300s;",
    "apache": "Apache: ProxyTimeout 300",
    "haproxy": "HAProxy: timeout server 300s",
}


def behind_proxy(origin: str, stripped: str = "") -> str:
    """How to tell a server about the proxy in front of it.

    Args:
        origin: scheme, host and port in browsers.
        stripped: what the proxy takes off the beginning of paths; '' for nothing.
    """
    strips = f" --prefix-stripped {stripped}" if stripped else ""
    return (
        "Tell the server behind it, with the address that the proxy has there: ohifbuild deploy nginx DIST "
        f"--behind-proxy ADDRESS --public-origin {origin}{strips}"
    )


def accept_long_lines(answer: Answer) -> str:
    """The configuration that makes this server accept the longest link and token; of each server if it is unknown."""
    return _for_server(answer, LONG_LINES)


def wait_longer(answer: Answer) -> str:
    """The configuration that makes this server wait for the archive."""
    return "Give the proxies more time, and read the archive's log.\n" + _for_server(answer, WAIT)


def _for_server(answer: Answer, lines: dict[str, str]) -> str:
    server = "nginx" if is_nginx(answer) else answer.get("server").lower()
    return next((line for name, line in lines.items() if name in server), "\n".join(lines.values()))


def send_header(answer: Answer, name: str, value: str) -> str:
    """The configuration that makes this server send a header."""
    server = answer.get("server").lower()
    if "apache" in server:
        return f'Apache: Header always set {name} "{value}"'
    if "caddy" in server:
        return f'Caddy: header {name} "{value}"'
    if "orthanc" in server or "mongoose" in server or "civetweb" in server:
        return "Orthanc's ServeFolders cannot send this header; the script of ohifbuild deploy orthanc can"
    return f'nginx: add_header {name} "{value}" always;'


def send_headers(answer: Answer, headers: dict[str, str]) -> str:
    """The configuration that makes this server send several headers."""
    return "\n".join(dict.fromkeys(send_header(answer, name, value) for name, value in headers.items()))


def is_web_server(answer: Answer) -> bool:
    """Whether a web server answered, and not the archive itself."""
    server = answer.get("server").lower()
    return is_nginx(answer) or any(name in server for name in ("apache", "caddy", "haproxy", "ohifbuild"))


def is_nginx(answer: Answer) -> bool:
    """Whether nginx answered, or a server based on it."""
    return any(name in answer.get("server").lower() for name in ("nginx", "openresty", "tengine"))
