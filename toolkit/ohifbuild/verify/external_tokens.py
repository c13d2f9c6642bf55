"""Tokens that somebody else's system has made for the dataset's studies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ohifbuild.core.errors import ArchiveUnsuitable

PLAIN = re.compile(r"[\x21-\x7e]{4,8192}")
"""A token that can be sent in a header and found again in a report, to be taken out of it."""

ENTRY = '{"token": "…", "studies": ["1.2.3"]}'


@dataclass(frozen=True)
class ExternalTokens:
    """Token by the Study Instance UIDs that it opens, and one that has expired."""

    by_studies: Mapping[frozenset[str], str] = field(repr=False)
    expired: str = field(repr=False)

    def check(self, wanted: Iterable[frozenset[str]]) -> None:
        """Raises ArchiveUnsuitable if there is no token for just these studies."""
        missing = [studies for studies in dict.fromkeys(wanted) if studies not in self.by_studies]
        lines = [json.dumps({"token": "…", "studies": sorted(studies)}, ensure_ascii=False) for studies in missing]
        if not self.expired:
            lines.append('{"token": "…", "expired": true}')
        if lines:
            raise ArchiveUnsuitable(
                f"{len(lines)} tokens are missing.",
                cause="Verify opens each study of its dataset, two of them with one link, and one with an old token.",
                fix="Have your system make a token for each of these, and add them to the file.",
                details="\n".join(f"  {line}," for line in lines),
            )


def read_tokens(path: Path) -> ExternalTokens:
    """The tokens of a file: a JSON list of ``{"token": "…", "studies": ["1.2"]}``, and of one with ``"expired": true``.

    Raises:
        ArchiveUnsuitable: the file cannot be read, or is not like that; nothing of it is shown.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(entries, list):
            raise ValueError(f"a list of entries such as {ENTRY} was expected")
        return _collected(entries)
    except OSError as error:
        raise _unreadable(path, f"{error.strerror or error}.") from error
    except json.JSONDecodeError as error:
        raise _unreadable(path, f"It is no JSON: {error.msg} in line {error.lineno}.") from None
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, f"{str(error)[:1].upper()}{str(error)[1:]}.") from None


def _collected(entries: list[Any]) -> ExternalTokens:
    by_studies, expired = dict[frozenset[str], str](), ""
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or not set(entry) <= {"token", "studies", "expired"}:
            raise ValueError(f"entry {number} is not like {ENTRY}")
        token, studies = entry.get("token"), entry.get("studies", [])
        if not isinstance(token, str) or not PLAIN.fullmatch(token):
            raise ValueError(f"the token of entry {number} is not of 4 to 8192 visible ASCII characters")
        if not isinstance(studies, list) or not all(isinstance(uid, str) for uid in studies):
            raise ValueError(f"the studies of entry {number} are no list of Study Instance UIDs")
        if entry.get("expired") is True:
            expired = token
        else:
            by_studies[frozenset(studies)] = token
    return ExternalTokens(by_studies, expired)


def _unreadable(path: Path, cause: str) -> ArchiveUnsuitable:
    return ArchiveUnsuitable(
        f"The tokens in {path} cannot be used.",
        cause=cause,
        fix="See docs/reference/verify.md for what it has to hold.",
    )
