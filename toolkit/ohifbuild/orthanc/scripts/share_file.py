"""Reads and changes the shares in a deployment's token file. No other code writes it: ``share_study.py`` and
``ohifbuild share`` both use this.

The file is locked while it is changed, and then replaced atomically. It keeps its owner, and only its owner can read
it. A token is not stored: only its SHA-256 is, as ``token_file.py`` says. Whatever is no valid token file is left as
it is.

Requires Python 3.9 and only the standard library.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import bounded_json
from token_file import LONGEST_FILE, LONGEST_NOTE, digest_of, id_of, read_grants, seconds_of

TOKENS, LINK, EXPIRED = "tokens.json", "link.json", "expired.json"

GRACE_SECONDS = 30 * 86400.0
"""How long a share stays in the file after a change has found it expired, so that it can be listed and extended.

``expired.json`` has when that was, in seconds since 1970. So a clock that jumps for a while removes no share.
"""

ADMINISTRATOR_SECONDS = 60.0

LOCK_SECONDS = 30.0
"""How long to wait for other writers. Every user of the machine can lock the file, and could do so without end."""

POLL_SECONDS = 0.02

Entries = dict[str, dict[str, Any]]


class FileUnusable(ValueError):
    """The token file cannot be read or replaced; it was left as it is. The text is the reason."""


class ShareRefused(ValueError):
    """A share cannot be made or changed as asked; the text is the reason."""


@dataclass(frozen=True)
class Share:
    """What a link opens, and what is known about it.

    Args:
        id: its name in lists and logs.
        note: what its maker wrote about it.
        studies: Study Instance UIDs.
        created, expires: seconds since 1970; None if unknown, or never.
    """

    id: str
    note: str
    studies: tuple[str, ...]
    created: float | None
    expires: float | None


class ShareFile:
    """The shares of one deployment.

    Args:
        folder: the folder that holds ``tokens.json`` and ``link.json``.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / TOKENS
        self._lock = folder / LINK

    def shares(self) -> list[Share]:
        """Every share, the oldest first; administrators' entries are no shares.

        Raises:
            FileUnusable: the file is not a valid token file.
            OSError: the user may not read the file.
        """
        found = [_share(digest, entry) for digest, entry in self._read().items() if not entry.get("everything")]
        return sorted(found, key=lambda share: share.created or 0.0)

    def add(self, studies: list[str], token: str, expires: float, note: str = "") -> Share:
        """Grants a token access to studies. Entries of format 1 get their ids.

        Raises:
            FileUnusable: as in ``shares``.
            ShareRefused: the note is invalid, or the token is an administrator's.
        """
        entry = {
            "id": secrets.token_hex(6),
            "note": checked_note(note),
            "studies": list(dict.fromkeys(studies)),
            "created": _moment(time.time()),
            "expires": _moment(expires),
        }
        digest = digest_of(token)
        with self._changed() as entries:
            if entries.get(digest, {}).get("everything"):
                raise ShareRefused("this token gives access to everything in Orthanc, and must not be in a link")
            for other, old in entries.items():
                old.setdefault("id", id_of(other, old))
            entries[digest] = entry
        return _share(digest, entry)

    def extend(self, prefix: str, expires: float) -> Share:
        """Changes when a share expires.

        Args:
            prefix: the share's id, or a part of its start that no other id has.

        Raises:
            FileUnusable: as in ``shares``.
            ShareRefused: no share, or more than one, has such an id.
        """
        with self._changed() as entries:
            digest = _find(entries, prefix)
            entries[digest]["expires"] = _moment(expires)
            return _share(digest, entries[digest])

    def revoke(self, prefix: str) -> Share:
        """Removes a share. The filter refuses its token from its next request on.

        Raises:
            FileUnusable, ShareRefused: as in ``extend``.
        """
        with self._changed() as entries:
            digest = _find(entries, prefix)
            return _share(digest, entries.pop(digest))

    @contextmanager
    def administrator(self) -> Iterator[str]:
        """A token that gives access to everything for the length of the block, and for a minute at most.

        Raises:
            FileUnusable: as in ``shares``.
        """
        token = secrets.token_urlsafe(32)
        with self._changed() as entries:
            entries[digest_of(token)] = {"everything": True, "expires": _moment(time.time() + ADMINISTRATOR_SECONDS)}
        try:
            yield token
        finally:
            with self._changed() as entries:
                entries.pop(digest_of(token), None)

    @contextmanager
    def _changed(self) -> Iterator[Entries]:
        """The file's entries, to be changed. What was found expired long ago is removed."""
        with locked(self._lock):
            entries = self._read()
            yield entries
            now = time.time()
            over = [digest for digest, entry in entries.items() if _is_over(entry, now)]
            seen = self._seen()
            found = {digest: seen.get(digest, now) for digest in over if not entries[digest].get("everything")}
            expired = {digest: moment for digest, moment in found.items() if now < moment + GRACE_SECONDS}
            self._write({digest: entry for digest, entry in entries.items() if digest not in over or digest in expired})
            if expired != seen:
                self._replace(self._path.with_name(EXPIRED), json.dumps(expired))

    def _seen(self) -> dict[str, float]:
        """When expired shares were first found to be so; empty if nothing valid says it."""
        try:
            found = bounded_json.parse(_contents(self._path.with_name(EXPIRED)), LONGEST_FILE)
            return {str(digest): float(moment) for digest, moment in found.items()}
        except (OSError, AttributeError, TypeError, ValueError):
            return {}

    def _read(self) -> Entries:
        try:
            entries: Entries = bounded_json.parse(_contents(self._path), LONGEST_FILE)
            read_grants(entries)
        except UnicodeError:
            raise FileUnusable(f"{self._path}: it is not UTF-8") from None
        except FileUnusable:
            raise
        except ValueError as error:
            raise FileUnusable(f"{self._path}: {error}") from None
        return entries

    def _write(self, entries: Entries) -> None:
        text = json.dumps(entries, indent=2) + "\n"
        if len(text) > LONGEST_FILE:
            raise FileUnusable(f"{self._path}: it would have more than {LONGEST_FILE} bytes")
        self._replace(self._path, text)

    def _replace(self, path: Path, text: str) -> None:
        owner, user = self._path.stat(), os.geteuid()
        if user not in (0, owner.st_uid):
            raise PermissionError(errno.EPERM, "only its owner and root may change it", str(self._path))
        new = path.with_name(f".{path.name}.new")
        new.unlink(missing_ok=True)  # a writer that was killed left it
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if user == 0:
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        new.replace(path)


@contextmanager
def locked(link: Path) -> Iterator[None]:
    """Locks a deployment's tokens against other writers and ``ohifbuild deploy``, which replaces the whole folder.

    Args:
        link: its ``link.json``, which is what is locked.

    Raises:
        FileUnusable: another process keeps the lock.
        OSError: the file cannot be opened.
    """
    until = time.monotonic() + LOCK_SECONDS
    while True:
        with link.open() as file:
            if _lock(file.fileno()):
                # The folder may have been replaced meanwhile, with this file.
                if os.path.samestat(os.fstat(file.fileno()), link.stat()):
                    yield
                    return
            elif time.monotonic() > until:
                raise FileUnusable(f"{link}: another process has locked it")
            else:
                time.sleep(POLL_SECONDS)


def checked_note(note: str) -> str:
    """A note without spaces around it.

    Raises:
        ShareRefused: it is too long, or has control characters, which could act on a terminal or forge a line of a log.
    """
    text = note.strip()
    if len(text) > LONGEST_NOTE or not text.isprintable():
        raise ShareRefused(f"a note has at most {LONGEST_NOTE} printable characters, and no line breaks")
    return text


def printable(text: str) -> str:
    """A text of unknown origin, safe to print: characters that could act on a terminal are replaced."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _contents(path: Path) -> bytes:
    """The bytes of a regular file, and one more if it is too long.

    Raises:
        FileUnusable: it is no regular file, or missing.
        PermissionError: the user may not read it.
    """
    try:
        # Without O_NONBLOCK, opening a pipe would wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError:
        raise
    except OSError as error:
        reason = "it is a symbolic link" if path.is_symlink() else error.strerror
        raise FileUnusable(f"{path}: {reason}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileUnusable(f"{path}: it is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        return file.read(LONGEST_FILE + 1)


def _lock(descriptor: int) -> bool:
    """Locks an open file, unless somebody else has done so."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _find(entries: Entries, prefix: str) -> str:
    found = [
        digest
        for digest, entry in entries.items()
        if prefix and not entry.get("everything") and id_of(digest, entry).startswith(prefix)
    ]
    if not found:
        raise ShareRefused(f"there is no share {printable(prefix)}")
    if len(found) > 1:
        raise ShareRefused(f"{len(found)} shares begin with {printable(prefix)}")
    return found[0]


def _share(digest: str, entry: dict[str, Any]) -> Share:
    created, expires = (seconds_of(entry[name]) if name in entry else None for name in ("created", "expires"))
    return Share(id_of(digest, entry), entry.get("note", ""), tuple(entry.get("studies", ())), created, expires)


def _is_over(entry: dict[str, Any], now: float) -> bool:
    return "expires" in entry and seconds_of(entry["expires"]) <= now


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")  # noqa: UP017 (Python 3.9)
