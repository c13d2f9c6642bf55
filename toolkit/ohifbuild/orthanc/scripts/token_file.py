"""The token file that ``token_filter.py`` reads: its format, and the grants of its tokens.

It maps the SHA-256 of each token (hexadecimal) to ``{"studies": ["1.2.3"], "expires": "2027-01-31T12:00:00Z"}``.
``patients`` may list Patient IDs that the token may search for; ``expires`` is optional; ``{"everything": true}`` gives
an administrator access to everything in Orthanc. The file holds digests and no tokens, so reading it gives no access.

``id``, ``note`` and ``created`` describe a share to people. Files from before these names lack them: ``share_file.py``
adds an ``id`` to each entry when it next writes the file.

Requires Python 3.9 and only the standard library.
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

FORMAT = "2"
"""The version of the format, which the running filter answers at ``FORMAT_PATH``. Format 1 had no ``id``, ``note`` and
``created``, and its filters refuse files that have them."""

FORMAT_PATH = "/token-filter/format"

NAMES = frozenset({"studies", "patients", "expires", "everything", "id", "note", "created"})

ID = re.compile(r"[0-9a-f]{12}")
"""The name of a share in lists and logs. It is random, so it says nothing about the token."""

LONGEST_NOTE = 200
"""Characters."""

MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{3}(?:[0-9]{3})?)?)?)(Z|[+-][0-9]{2}:[0-9]{2})"
)
"""ISO 8601 with a time zone."""

NOT_EXACT = re.compile(r"[*?,\\\x00-\x1f\x7f\ud800-\udfff]")
"""What a Patient ID must not contain: wildcards, list separators, control characters, lone surrogates."""


@dataclass(frozen=True)
class Grant:
    """What a token gives access to.

    Args:
        scope: studies and Patient IDs.
        everything: whether it gives access to everything in Orthanc.
        expires: seconds since 1970; None for never.
        id: the share's name in lists and logs.
        note: what the person who made the share wrote about it.
    """

    scope: Scope
    everything: bool = False
    expires: float | None = None
    id: str = ""
    note: str = ""


class TokenFile:
    """The token file, read again when it changes. While it is invalid, none of its tokens is valid.

    Args:
        path: the file.
        log: is called with each error, which quotes neither a token nor the file's contents.
    """

    def __init__(self, path: Path, log: Callable[[str], None]) -> None:
        self._path = path
        self._log = log
        self._state: object = None
        self._grants: Mapping[str, Grant] = {}
        # Requests wait while the file is read, because they would find no grant.
        self._reading = threading.Lock()

    def grant(self, token: str) -> Grant | None:
        """What the token gives access to now; None if it is unknown or has expired."""
        with self._reading:
            self._refresh()
            found = self._grants.get(digest_of(token))
        if found is None or (found.expires is not None and found.expires <= time.time()):
            return None
        return found

    def _refresh(self) -> None:
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
            # ValueError and OSError quote nothing of the file. The text of others might, so only their type is logged.
            known = isinstance(error, (ValueError, OSError)) and not isinstance(error, UnicodeError)
            reason = error if known else type(error).__name__
            self._log(f"Token filter: {self._path} is invalid, so none of its tokens is valid: {reason}")


def read_grants(data: Any) -> dict[str, Grant]:
    """The grants of a token file's contents, by the SHA-256 of their tokens.

    Raises:
        ValueError: the contents do not have the format of this module's docstring; the text names the entry's number.
    """
    if not isinstance(data, dict):
        raise ValueError("expected an object")
    grants = {}
    for number, (key, entry) in enumerate(data.items(), 1):
        if not re.fullmatch(r"[0-9a-f]{64}", key):
            raise ValueError(f"entry {number}: expected the SHA-256 of a token, in lower-case hexadecimal digits")
        try:
            grants[key] = _grant(key, entry)
        except ValueError as error:
            raise ValueError(f"entry {number}: {error}") from None
    return grants


def digest_of(token: str) -> str:
    """The SHA-256 of a token. Comparing digests prevents timing attacks on the token."""
    return hashlib.sha256(token.encode()).hexdigest()


def id_of(digest: str, entry: Mapping[str, Any]) -> str:
    """The id of an entry; for one of format 1, the one that it gets when the file is next written."""
    return str(entry.get("id") or hashlib.sha256(f"share {digest}".encode()).hexdigest()[:12])


def seconds_of(moment: Any) -> float:
    """A moment of a token file in seconds since 1970.

    Raises:
        ValueError: it is not ISO 8601 with a time zone.
    """
    found = MOMENT.fullmatch(moment) if isinstance(moment, str) else None
    if not found:
        raise ValueError("expected a time with a time zone, such as 2027-01-31T12:00:00Z")
    try:
        # Python before 3.11 does not accept the Z.
        return datetime.fromisoformat(found[1] + ("+00:00" if found[2] == "Z" else found[2])).timestamp()
    except ValueError:
        raise ValueError("expected a valid date and time") from None


def _grant(digest: str, entry: Any) -> Grant:
    if not isinstance(entry, dict) or not set(entry) <= NAMES:
        raise ValueError("expected an object with studies, and patients, expires, everything, id, note or created")
    studies, patients = _texts(entry, "studies"), _texts(entry, "patients")
    if not all(UID.fullmatch(uid) for uid in studies):
        raise ValueError("expected Study Instance UIDs in studies")
    if not all(patient and not NOT_EXACT.search(patient) for patient in patients):
        raise ValueError("expected Patient IDs without wildcards in patients")
    everything = entry.get("everything", False)
    if not isinstance(everything, bool):
        raise ValueError("expected true or false in everything")
    if everything and (studies or patients):
        raise ValueError("expected neither studies nor patients beside everything")
    note = entry.get("note", "")
    if not isinstance(note, str) or len(note) > LONGEST_NOTE:
        raise ValueError(f"expected a note of at most {LONGEST_NOTE} characters")
    if not ID.fullmatch(id_of(digest, entry)):
        raise ValueError("expected 12 lower-case hexadecimal digits in id")
    if "created" in entry:
        _seconds(entry, "created")
    expires = _seconds(entry, "expires") if "expires" in entry else None
    return Grant(Scope(studies, patients), everything, expires, id_of(digest, entry), note)


def _texts(entry: dict[str, Any], name: str) -> frozenset[str]:
    values = entry.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"expected a list of strings in {name}")
    return frozenset(values)


def _seconds(entry: dict[str, Any], name: str) -> float:
    try:
        return seconds_of(entry[name])
    except ValueError as error:
        raise ValueError(f"{error}, in {name}") from None
