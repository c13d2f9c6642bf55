"""The file of tokens that ``token_filter.py`` reads: what it may say, and what its tokens give now.

It maps the SHA-256 of each token (hexadecimal) to ``{"studies": ["1.2.3"], "expires": "2027-01-31T12:00:00Z"}``.
``patients`` may list Patient IDs that may be searched for; ``expires`` may be left out; ``{"everything": true}`` opens
all of Orthanc, for those who run it. The file holds no token: who reads it can open nothing.

Only the standard library is used; Python 3.9 suffices.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import bounded_json
from link_contract import UID, Scope

LONGEST_FILE = 16 * 1024 * 1024
"""Bytes: about 100,000 entries of one study."""

NAMES = frozenset({"studies", "patients", "expires", "everything"})

MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{3}(?:[0-9]{3})?)?)?)(Z|[+-][0-9]{2}:[0-9]{2})"
)
"""ISO 8601 with a time zone."""

NOT_EXACT = re.compile(r"[*?,\\\x00-\x1f\x7f\ud800-\udfff]")
"""What a Patient ID may not have: wildcards, separators of lists, control characters, halves of characters."""


@dataclass(frozen=True)
class Grant:
    """What a token gives. ``expires`` is in seconds since 1970, or None."""

    scope: Scope
    everything: bool = False
    expires: float | None = None


class TokenFile:
    """The file, read again when it changes. Whatever is wrong with it, no token of it is good until it is mended.

    Args:
        log: is told what is wrong; never a token, and never what the file says.
    """

    def __init__(self, path: Path, log: Callable[[str], None]) -> None:
        self._path = path
        self._log = log
        self._state: object = None
        self._grants: Mapping[str, Grant] = {}
        # Requests that come while the file is read wait for it: they would find no grant.
        self._reading = threading.Lock()

    def grant(self, token: str) -> Grant | None:
        """What the token gives now; None if it is unknown or has expired."""
        with self._reading:
            self._look_again()
            found = self._grants.get(digest_of(token))
        if found is None or (found.expires is not None and found.expires <= time.time()):
            return None
        return found

    def _look_again(self) -> None:
        try:
            facts = self._path.stat()
            state: object = (facts.st_dev, facts.st_ino, facts.st_mtime_ns, facts.st_size)
        except OSError as error:
            state = error.errno
        if state == self._state:
            return
        self._grants = {}
        self._state = state
        try:
            self._grants = read_grants(bounded_json.read(self._path, LONGEST_FILE))
        except Exception as error:
            # ValueError and OSError quote nothing of the file; of others only the kind is told.
            known = isinstance(error, (ValueError, OSError)) and not isinstance(error, UnicodeError)
            reason = error if known else type(error).__name__
            self._log(f"Token filter: {self._path} is invalid, so no token of it is good: {reason}")


def read_grants(data: Any) -> dict[str, Grant]:
    """The grants of a token file's contents, by the SHA-256 of their tokens.

    Raises:
        ValueError: it is not what this script's docstring says; the text names the entry by its number.
    """
    if not isinstance(data, dict):
        raise ValueError("expected an object")
    grants = {}
    for number, (key, entry) in enumerate(data.items(), 1):
        if not re.fullmatch(r"[0-9a-f]{64}", key):
            raise ValueError(f"entry {number}: expected the SHA-256 of a token, in small hexadecimal digits")
        try:
            grants[key] = _grant(entry)
        except ValueError as error:
            raise ValueError(f"entry {number}: {error}") from None
    return grants


def digest_of(token: str) -> str:
    """Tokens are compared and kept as digests, so that no comparison's duration says anything about them."""
    return hashlib.sha256(token.encode()).hexdigest()


def _grant(entry: Any) -> Grant:
    if not isinstance(entry, dict) or not set(entry) <= NAMES:
        raise ValueError("expected an object with studies, and patients, expires or everything")
    studies, patients = _texts(entry, "studies"), _texts(entry, "patients")
    if not all(UID.fullmatch(uid) for uid in studies):
        raise ValueError("expected Study Instance UIDs in studies")
    if not all(patient and not NOT_EXACT.search(patient) for patient in patients):
        raise ValueError("expected Patient IDs without wildcards in patients")
    everything = entry.get("everything", False)
    if not isinstance(everything, bool):
        raise ValueError("expected true or false in everything")
    if everything and (studies or patients):
        raise ValueError("expected no studies and patients beside everything")
    return Grant(Scope(studies, patients), everything, _seconds(entry["expires"]) if "expires" in entry else None)


def _texts(entry: dict[str, Any], name: str) -> frozenset[str]:
    values = entry.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"expected a list of texts in {name}")
    return frozenset(values)


def _seconds(moment: Any) -> float:
    found = MOMENT.fullmatch(moment) if isinstance(moment, str) else None
    if not found:
        raise ValueError("expected a moment with a time zone in expires, such as 2027-01-31T12:00:00Z")
    try:
        # Python before 3.11 does not read the Z.
        return datetime.fromisoformat(found[1] + ("+00:00" if found[2] == "Z" else found[2])).timestamp()
    except ValueError:
        raise ValueError("expected a moment that exists in expires") from None
