"""The token file that ``scripts/token_file.py`` reads."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ohifbuild.verify.tokens import Tokens

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def write_token_file(path: Path, tokens: Tokens, *, administrator: str = "") -> None:
    """Writes the tokens' digests and what each gives, in one step, readable by its owner only.

    Args:
        administrator: a token that opens all of Orthanc, if any.
    """
    entries: dict[str, Any] = {
        _digest(token): {"studies": sorted(grant.studies), "patients": sorted(grant.patients)}
        for token, grant in tokens.grants.items()
    }
    expired = LONG_AGO.isoformat()
    every_study = sorted({uid for grant in tokens.grants.values() for uid in grant.studies})
    entries |= {_digest(token): {"studies": every_study, "expires": expired} for token in tokens.expired}
    if administrator:
        entries[_digest(administrator)] = {"everything": True}
    new = path.with_name(f".{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(entries, indent=2), encoding="utf-8")
    new.replace(path)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
