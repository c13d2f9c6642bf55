"""A viewer's link, taken apart as the viewer itself does it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

from ohifbuild.contract.settings import Settings
from ohifbuild.errors import LinkInvalid
from ohifbuild.server import in_url, is_loopback

STUDIES = "studyinstanceuids"
UID = re.compile(r"(?=.{1,64}$)\d+(?:\.\d+)*")
"""DICOM PS3.5 9.1."""


@dataclass(frozen=True)
class Link:
    """A link to a viewer.

    Args:
        scheme, host, port: where; the port is the scheme's own where none was given.
        path: raw, from the root of the server.
        query: raw, as it was given, with the token; ``stand_in`` is the same with a made-up token.
        studies: Study Instance UIDs, as they stand in the link.
        token: '' where there is none.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str = field(repr=False)
    stand_in: str
    studies: tuple[str, ...]
    token: str = field(repr=False)

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
    def is_secure_context(self) -> bool:
        """Whether browsers give a page there its powers (W3C Secure Contexts 3.1)."""
        return self.scheme == "https" or is_loopback(self.host)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The token in every form it could come back in, longest first."""
        forms = {self.token, quote(self.token, safe=""), quote(self.token), quote_plus(self.token)}
        return tuple(sorted((form for form in forms if form), key=len, reverse=True))


def parse_link(url: str, token_param: str = Settings.token_param) -> Link:
    """The link at ``url``; its token is that of the fragment, else of the query, in any case of the name.

    Raises:
        LinkInvalid: it is no http or https URL, or has credentials in it.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise _invalid("It is no URL.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _invalid("It does not begin with https:// or http:// and a host's name.")
    if parts.username is not None:
        raise _invalid("It holds a user's name or password, which browsers do not send to a viewer's requests.")
    if re.search(r"[\s\x00-\x1f\x7f]", url.strip()):
        raise _invalid("It holds a space or a control character.")
    pairs = [*parse_qsl(parts.fragment, keep_blank_values=True), *parse_qsl(parts.query, keep_blank_values=True)]
    token = next((value for name, value in pairs if name.lower() == token_param.lower() and value), "")
    studies = [uid for name, value in pairs if name.lower() == STUDIES for uid in value.split(",") if uid]
    return Link(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port,
        path=parts.path or "/",
        query=parts.query,
        stand_in=_without_token(parts.query, token_param),
        studies=tuple(dict.fromkeys(studies)),
        token=token,
    )


def _without_token(query: str, token_param: str) -> str:
    """The query with as many letters in the token's place: servers' limits are about length."""
    pieces = []
    for piece in query.split("&"):
        name, equals, value = piece.partition("=")
        pieces.append(f"{name}{equals}{'x' * len(value)}" if name.lower() == token_param.lower() else piece)
    return "&".join(pieces)


def _invalid(cause: str) -> LinkInvalid:
    return LinkInvalid(
        "This is not the link of a viewer.",
        cause=cause,
        fix="Give the whole link, in quotes: ohifbuild doctor 'https://host/viewer?StudyInstanceUIDs=…&token=…'",
    )
