"""Configuration lines for the kind of server that answered."""

from __future__ import annotations

from ohifbuild.doctor.client import Answer


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
    return is_nginx(answer) or any(name in server for name in ("apache", "caddy"))


def is_nginx(answer: Answer) -> bool:
    """Whether nginx answered, or a server based on it."""
    return any(name in answer.get("server").lower() for name in ("nginx", "openresty", "tengine"))
