"""The address in a link, without its query and fragment, which may hold the token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from ohifbuild.core.errors import LinkInvalid
from ohifbuild.server.web_server import in_url, is_loopback

_PLACEHOLDER = "StudyInstanceUIDs="
_UNSENDABLE = re.compile(r"[\s\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Address:
    """The address of a page.

    Args:
        scheme, host, port: of its server; the default port of the scheme if the link names none.
        path: the raw path.
        query: a placeholder of the same length as the link's query. Only the page knows which of the link's parameters
            is the token, so nothing of its query is sent.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""

    @property
    def origin(self) -> str:
        """Scheme, host and port; without the scheme's default port."""
        usual = self.port == (443 if self.scheme == "https" else 80)
        return f"{self.scheme}://{in_url(self.host)}" + ("" if usual else f":{self.port}")

    @property
    def url(self) -> str:
        """The URL without the query."""
        return self.origin + self.path

    @property
    def request(self) -> str:
        """The URL that is requested, with the placeholder query."""
        return f"{self.url}?{self.query}" if self.query else self.url

    @property
    def is_secure_context(self) -> bool:
        """Whether a page there is a secure context (W3C Secure Contexts 3.1)."""
        return self.scheme == "https" or is_loopback(self.host)


def parse_address(link: str) -> Address:
    """The address in a link.

    Raises:
        LinkInvalid: it is not an http or https URL, or browsers would change it before they send it.
    """
    link = link.strip()
    try:
        parts = urlsplit(link)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise _invalid("It is not a URL.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _invalid("It does not begin with https:// or http:// and a host name.")
    if _UNSENDABLE.search(link):
        raise _invalid("It contains a space or a control character.")
    if "\\" in parts.netloc + parts.path:
        raise _invalid("It contains a backslash, which browsers read as a slash.")
    return Address(parts.scheme, parts.hostname, port, parts.path or "/", _placeholder(parts.query))


def _placeholder(query: str) -> str:
    """Another query of the same length, to test the server's limits on length."""
    return (_PLACEHOLDER + "x" * len(query))[: len(query)]


def _invalid(cause: str) -> LinkInvalid:
    return LinkInvalid(
        "This is not the link of a viewer.",
        cause=cause,
        fix="Give the whole link, in quotes: ohifbuild doctor 'https://host/viewer?StudyInstanceUIDs=…#token=…'",
    )
