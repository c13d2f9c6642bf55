"""Where a link leads, without anything of what it says there: its query and fragment stay here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from ohifbuild.core.errors import LinkInvalid
from ohifbuild.server.web_server import in_url, is_loopback

_STAND_IN = "StudyInstanceUIDs="
_UNSENDABLE = re.compile(r"[\s\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Address:
    """Where a page is asked for.

    Args:
        scheme, host, port: where; the port is the scheme's own where none was given.
        path: raw, from the root of the server.
        query: as long as the link's, and nothing of it: which of its parameters is the token, only the page knows.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""

    @property
    def origin(self) -> str:
        """Scheme, host and port, the latter if it is not the scheme's own."""
        usual = self.port == (443 if self.scheme == "https" else 80)
        return f"{self.scheme}://{in_url(self.host)}" + ("" if usual else f":{self.port}")

    @property
    def url(self) -> str:
        """Without the query."""
        return self.origin + self.path

    @property
    def request(self) -> str:
        """What is asked for."""
        return f"{self.url}?{self.query}" if self.query else self.url

    @property
    def is_secure_context(self) -> bool:
        """Whether browsers give a page there its powers (W3C Secure Contexts 3.1)."""
        return self.scheme == "https" or is_loopback(self.host)


def parse_address(link: str) -> Address:
    """Where a link leads.

    Raises:
        LinkInvalid: it is no http or https URL, or no browser would send it as it is.
    """
    link = link.strip()
    try:
        parts = urlsplit(link)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise _invalid("It is no URL.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _invalid("It does not begin with https:// or http:// and a host's name.")
    if _UNSENDABLE.search(link):
        raise _invalid("It holds a space or a control character.")
    if "\\" in parts.netloc + parts.path:
        raise _invalid("It holds a backslash, which browsers take for a slash.")
    return Address(parts.scheme, parts.hostname, port, parts.path or "/", _stand_in(parts.query))


def _stand_in(query: str) -> str:
    """Another query of the same length: servers' limits are about length."""
    return (_STAND_IN + "x" * len(query))[: len(query)]


def _invalid(cause: str) -> LinkInvalid:
    return LinkInvalid(
        "This is not the link of a viewer.",
        cause=cause,
        fix="Give the whole link, in quotes: ohifbuild doctor 'https://host/viewer?StudyInstanceUIDs=…#token=…'",
    )
