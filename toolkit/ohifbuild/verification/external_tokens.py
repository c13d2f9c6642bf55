"""Tokens for the dataset's studies that the user's own system has issued."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ohifbuild.contract.tokens import LONGEST, is_token
from ohifbuild.core.documents import parse_json
from ohifbuild.core.errors import ArchiveUnsuitable
from ohifbuild.core.text_files import read_text

SHORTEST = 4
"""Characters that a token must have to be found in a report for redaction."""

ENTRY = '{"token": "…", "studies": ["1.2.3"]}'


@dataclass(frozen=True)
class ExternalTokens:
    """The token for each set of Study Instance UIDs, and one that has expired."""

    by_studies: Mapping[frozenset[str], str] = field(repr=False)
    expired: str = field(repr=False)

    def check(self, wanted: Iterable[frozenset[str]]) -> None:
        """Checks that there is a token for each of these sets of studies, and an expired one.

        Raises:
            ArchiveUnsuitable: a token is missing; ``details`` lists the missing entries.
        """
        missing = [studies for studies in dict.fromkeys(wanted) if studies not in self.by_studies]
        lines = [json.dumps({"token": "…", "studies": sorted(studies)}, ensure_ascii=False) for studies in missing]
        if not self.expired:
            lines.append('{"token": "…", "expired": true}')
        if lines:
            raise ArchiveUnsuitable(
                f"{len(lines)} tokens are missing.",
                cause="Verify opens each study of its dataset, two with one link, and one with an expired token.",
                fix="Issue a token for each of these with your system, and add them to the file.",
                details="\n".join(f"  {line}," for line in lines),
            )


def read_tokens(path: Path) -> ExternalTokens:
    """The tokens of a file: a JSON list of ``{"token": "…", "studies": ["1.2"]}``, and of one with ``"expired": true``.

    Raises:
        ArchiveUnsuitable: the file cannot be read or has another format; the error quotes nothing of it.
    """
    try:
        entries = parse_json(read_text(path))
        if not isinstance(entries, list):
            raise ValueError(f"a list of entries such as {ENTRY} was expected")
        return _collected(entries)
    except json.JSONDecodeError as error:
        raise _unreadable(path, f"It is not valid JSON: {error.msg} in line {error.lineno}.") from None
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, f"{str(error)[:1].upper()}{str(error)[1:]}.") from None


def _collected(entries: list[Any]) -> ExternalTokens:
    by_studies, expired = dict[frozenset[str], str](), ""
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or not set(entry) <= {"token", "studies", "expired"}:
            raise ValueError(f"entry {number} is not like {ENTRY}")
        token, studies = entry.get("token"), entry.get("studies", [])
        if not isinstance(token, str) or len(token) < SHORTEST or not is_token(token):
            allowed = f"{SHORTEST} to {LONGEST} visible ASCII characters"
            raise ValueError(f"the token of entry {number} does not have {allowed}")
        if not isinstance(studies, list) or not all(isinstance(uid, str) for uid in studies):
            raise ValueError(f"the studies of entry {number} are not a list of Study Instance UIDs")
        if entry.get("expired") is True:
            expired = token
        else:
            by_studies[frozenset(studies)] = token
    return ExternalTokens(by_studies, expired)


def _unreadable(path: Path, cause: str) -> ArchiveUnsuitable:
    return ArchiveUnsuitable(
        f"The tokens in {path} cannot be used.",
        cause=cause,
        fix="See docs/reference/verify.md for the format of this file.",
    )
