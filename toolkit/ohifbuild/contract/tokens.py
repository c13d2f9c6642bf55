"""Checks, chooses and reads tokens."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote_to_bytes

LONGEST = 8192
"""Maximum characters; the only limit on tokens. The JavaScript and Orthanc's scripts state it too, and all three run
the table ``limits`` of the test vectors.

By default, nginx and Apache refuse header lines longer than about 8 KiB, HAProxy and Orthanc headers of about 16 KiB
together. The configurations of ``deploy`` accept lines of ``link.LONGEST``.
"""

_VISIBLE = re.compile(r"[\x21-\x7e]+")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
# ISO 8601 as Python's isoformat() writes it, with a time zone; not every library reads other forms.
_MOMENT = re.compile(r"(?!0)\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)", re.ASCII)


@dataclass(frozen=True)
class Choice:
    """The token of a link, or None. ``bad`` means that the link has a token that must not be sent."""

    token: str | None = field(repr=False)
    bad: bool = False


def is_token(value: str) -> bool:
    """Whether a value may be sent as a token: visible ASCII, at most ``LONGEST`` characters.

    A space, line break or control character could split the header; servers decode all other characters differently.
    """
    return len(value) <= LONGEST and _VISIBLE.fullmatch(value) is not None


def choose_token(raw: Sequence[str]) -> Choice:
    """Chooses the token from the raw (still percent-encoded) values of a link's token parameters.

    The same value twice is one token. Two different values are invalid, because proxies and archives would use
    different ones.
    """
    given = {decode(value) for value in raw if value}
    if not given:
        return Choice(None)
    token = given.pop()
    if given or token is None or not is_token(token):
        return Choice(None, bad=True)
    return Choice(token)


def decode(raw: str) -> str | None:
    """Percent-decodes as in a path: ``+`` stays ``+``, because base64 tokens contain it. None if ``raw`` is invalid."""
    if _BROKEN_ESCAPE.search(raw):
        return None
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeError:
        return None


def is_expired(token: str, now: float) -> bool:
    """Whether a JSON Web Token has expired according to its own claims, which are not verified.

    Args:
        token: any token; one that is not a JWT has not expired.
        now: seconds since 1970.

    Source: RFC 7519 4.1.4 (``exp``); orthanc-auth-service writes ``expiration_date``, in ISO 8601 with a time zone.
    """
    end = expiry_of(token)
    return end is not None and end < now


def expiry_of(token: str) -> float | None:
    """When a JSON Web Token expires according to its claims, in seconds since 1970; None without such a claim."""
    claims = claims_of(token)
    end = claims.get("exp")
    if isinstance(end, int | float) and not isinstance(end, bool):
        return end
    return _moment(claims.get("expiration_date"))


def claims_of(token: str) -> dict[str, Any]:
    """The unverified claims of a JSON Web Token; {} if ``token`` is not one."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > LONGEST or not _BASE64URL.fullmatch(parts[1]):
        return {}
    try:
        text = base64.urlsafe_b64decode(f"{parts[1]}==").decode()  # too much padding is harmless
        claims = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _refuse(constant: str) -> None:
    """Refuses NaN and Infinity, which Python's JSON parser accepts although JSON does not have them."""
    raise ValueError(constant)


def _moment(text: object) -> float | None:
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
