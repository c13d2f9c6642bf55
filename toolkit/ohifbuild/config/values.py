"""Checks of single values that recipes have in several places: paths, roots, origins, headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite

from ohifbuild.config.reserved_names import DICOMWEB_HEADERS, FORBIDDEN_HEADERS

# Narrower than RFC 9110's token, so that it can stand in any server's configuration.
HEADER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*/?")
# The whole value has to match: urlsplit would drop line breaks and accept the rest.
ROOT_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[^/].*)?)"
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
# In an object literal `__proto__` sets the prototype, so that a table could hide keys from the checks.
LARGEST_INTEGER = 2**53 - 1
UNSAFE = frozenset({"__proto__", "constructor", "prototype"})


def public_url(value: str) -> str:
    """A path with a slash at both ends, such as ``/ohif/``.

    Raises:
        ValueError: it is something else; the text says what was expected.
    """
    if not (value.startswith("/") and value.endswith("/")):
        raise ValueError("expected a path that begins and ends with a slash, such as / or /ohif/")
    require_plain_path(value)
    return value


def root(value: str) -> str:
    """A root for the token: a path or an http(s) URL, returned without a slash at the end.

    Raises:
        ValueError: it is something else; the text says what was expected.
    """
    if "?" in value or "#" in value:
        raise ValueError("expected no query and no fragment")
    value = value.rstrip("/")
    if not value:
        raise ValueError("expected more than '/': the token would go to every path of the server")
    if value.startswith("/") and not value.startswith("//"):
        require_plain_path(value)
        return value
    if "@" in value:
        raise ValueError("expected no user name or password: everyone who opens the viewer could read them")
    found = ROOT_URL.fullmatch(value)
    if not found or not 0 < int(found["port"] or 80) < 65536:
        raise ValueError("expected a path such as /dicom-web, or a URL such as https://pacs.example/dicom-web")
    if not found["path"]:
        raise ValueError("expected a path after the host, such as /dicom-web: the token would go to everything there")
    require_plain_path(found["path"])
    return value


def require_plain_path(path: str) -> None:
    """Refuses a path that two servers could read differently.

    Raises:
        ValueError: it is something else; the text says what was expected.
    """
    if not PLAIN_PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise ValueError("expected a plain path: letters, digits and . _ ~ - between single slashes, no '..'")


def token_header(value: str) -> str:
    """The name of a header that scripts may set and that DICOMweb does not use.

    Raises:
        ValueError: it is something else; the text says what was expected.
    """
    name = value.lower()
    if not HEADER_NAME.fullmatch(value):
        raise ValueError("expected a header name: letters, digits and -")
    if name in FORBIDDEN_HEADERS or name.startswith(("sec-", "proxy-")):
        raise ValueError(f"expected another header: browsers forbid scripts to set '{value}'")
    if name in DICOMWEB_HEADERS:
        raise ValueError(f"expected another header: DICOMweb requests use '{value}' themselves")
    return value


def token_scheme(value: str) -> str:
    """The word before the token in its header; may be empty.

    Raises:
        ValueError: it is something else; the text says what was expected.
    """
    if value and not HEADER_NAME.fullmatch(value):
        raise ValueError("expected an authentication scheme such as Bearer, or nothing")
    return value


def origin(value: str) -> str:
    """An origin: https, or http on this machine, without a path and without a wildcard; in lower case.

    Raises:
        ValueError: it is something else; the text says what was expected.
    """
    if "*" in value:
        raise ValueError("expected one origin without a wildcard: a wildcard names hosts that you do not know")
    if "@" in value:
        raise ValueError("expected no user name or password")
    found = ROOT_URL.fullmatch(value.removesuffix("/"))
    if not found or not 0 < int(found["port"] or 80) < 65536:
        raise ValueError("expected an origin such as https://portal.example")
    if found["path"] or value.endswith("/"):
        raise ValueError("expected no path and no slash at the end: browsers compare the origin only")
    if found["scheme"] == "http" and found["host"].lower() not in LOOPBACK:
        raise ValueError("expected https: anyone on the network can change what an http page does")
    return value.lower()


def json_problems(value: object, where: str) -> list[str]:
    """What in a value of a recipe cannot be written as JSON for the page.

    Args:
        value: a value as TOML has it.
        where: its name, for the texts.
    """
    if isinstance(value, Mapping):
        named = [f"{where}.{key}: this name changes how the page reads all others" for key in value if key in UNSAFE]
        return [*named, *(text for key, item in value.items() for text in json_problems(item, f"{where}.{key}"))]
    if isinstance(value, list | tuple):
        return [text for number, item in enumerate(value) for text in json_problems(item, f"{where}[{number}]")]
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return [f"{where}: expected a whole number of at most {LARGEST_INTEGER}: JavaScript rounds larger ones"]
    if value is None or isinstance(value, bool | str | int) or (isinstance(value, float) and isfinite(value)):
        return []
    return [f"{where}: expected text, a number, true, false, a list or a table"]
