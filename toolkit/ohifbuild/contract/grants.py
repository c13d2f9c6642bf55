"""Grants: which token gives access to which studies and patients."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from ohifbuild.contract.request import Scope

LENGTH = 32
"""Random bytes in a token, which has 43 characters."""

LONG_AGO = 946_684_800
"""The first second of the year 2000."""


@dataclass(frozen=True)
class Grant:
    """What a token allows: Study Instance UIDs, and Patient IDs for exact searches."""

    studies: frozenset[str]
    patients: frozenset[str] = frozenset()

    @property
    def scope(self) -> Scope:
        """The scope of requests with this token."""
        return Scope(self.studies, self.patients)


@dataclass(frozen=True)
class Tokens:
    """The tokens that an archive accepts, with their grants, and expired ones. The repr does not contain the tokens."""

    grants: Mapping[str, Grant] = field(repr=False)
    expired: frozenset[str] = field(default=frozenset(), repr=False)


def new_token() -> str:
    """A random token of characters that need no escaping in a URL."""
    return secrets.token_urlsafe(LENGTH)


def expired_token() -> str:
    """A JSON Web Token (RFC 7519) whose ``exp`` claim is in the past.

    Some archives cannot say why they refuse a token: Orthanc's filters can only answer 403. With such a token the
    viewer can still tell the user that it has expired.
    """
    parts = [{"alg": "HS256", "typ": "JWT"}, {"exp": LONG_AGO, "jti": new_token()}]
    return ".".join([*(_base64url(json.dumps(part)) for part in parts), new_token()])


def _base64url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
