"""Tokens: which reach which studies."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

LENGTH = 32
"""Random bytes per token; 43 characters."""


@dataclass(frozen=True)
class Grant:
    """What a token gives: studies by Study Instance UID, and Patient IDs that may be searched for exactly."""

    studies: frozenset[str]
    patients: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tokens:
    """The tokens an archive knows. Their values are not in the repr."""

    grants: Mapping[str, Grant] = field(repr=False)
    expired: frozenset[str] = field(default=frozenset(), repr=False)


def new_token() -> str:
    """A token that nobody can guess, of characters that no URL has to escape."""
    return secrets.token_urlsafe(LENGTH)
