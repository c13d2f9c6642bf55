"""Tokens: which reach which studies."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from ohifbuild.contract.request import Scope

LENGTH = 32
"""Random bytes per token; 43 characters."""

LONG_AGO = 946_684_800
"""The first second of the year 2000."""


@dataclass(frozen=True)
class Grant:
    """What a token gives: studies by Study Instance UID, and Patient IDs that may be searched for exactly."""

    studies: frozenset[str]
    patients: frozenset[str] = frozenset()

    @property
    def scope(self) -> Scope:
        """What may be asked for with the token."""
        return Scope(self.studies, self.patients)


@dataclass(frozen=True)
class Tokens:
    """The tokens an archive knows. Their values are not in the repr."""

    grants: Mapping[str, Grant] = field(repr=False)
    expired: frozenset[str] = field(default=frozenset(), repr=False)


def new_token() -> str:
    """A token that nobody can guess, of characters that no URL has to escape."""
    return secrets.token_urlsafe(LENGTH)


def expired_token() -> str:
    """A token that says of itself, as a JWT (RFC 7519), that its time is over.

    Not every archive says why it refuses: Orthanc's filters can only answer 403. With such a token the viewer can tell
    its reader all the same.
    """
    parts = [{"alg": "HS256", "typ": "JWT"}, {"exp": LONG_AGO, "jti": new_token()}]
    return ".".join([*(_base64url(json.dumps(part)) for part in parts), new_token()])


def _base64url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
