"""What each answer of an archive means: status, kind of request, and what the page shows already.

The table is ``src/contract/answers.json`` of the extension template, which the viewer's early script reads too.
Statuses: RFC 9110 section 15, RFC 6585 (429, 431), RFC 7725 (451).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from ohifbuild.core.resources import extension_template

Kind = Literal["search", "series", "metadata", "frames", "document", "thumbnail"]
Meaning = Literal["unreachable", "busy", "refused", "not-found", "failed", "other-study", "slow"]
Shown = Literal["nothing", "image", "document"]
Status = int | Literal["unreadable", "not-whole", "other-study", "slow"]
"""An HTTP status, 0 for no answer; a word for what is wrong with a success, or with one that does not come."""


@dataclass(frozen=True)
class Answer:
    """What an answer means, and whether the same request may succeed if it is sent again."""

    means: Meaning
    retry: bool


@dataclass(frozen=True)
class Telling:
    """The page's message, and whether it may cover the page if nothing else of the study arrives."""

    message: str
    covers: bool


@dataclass(frozen=True)
class Retry:
    """Seconds: the pause before each further attempt, the longest that an archive may ask for, and all together."""

    pauses: tuple[float, ...]
    longest: float
    total: float


def retry() -> Retry:
    """The bounds within which the page sends a request again."""
    bounds = _table()["retry"]
    return Retry(tuple(bounds["pauses"]), bounds["longest"], bounds["total"])


def kind_of(target: str) -> Kind:
    """The kind of a request.

    Args:
        target: path and query.
    """
    found: Kind = next(kind["name"] for kind in _table()["kinds"] if re.search(kind["path"], target))
    return found


def meaning_of(status: Status) -> Answer | None:
    """What an answer means; None for a success."""
    answers = _table()["answers"]
    found = answers.get(str(status)) or answers.get(f"{str(status)[0]}xx")
    return Answer(found["means"], found["retry"]) if found else None


def telling_of(status: Status, kind: Kind, shown: Shown) -> Telling | None:
    """What the page says about an answer; None if it says nothing."""
    answer = meaning_of(status)
    about = next(found["about"] for found in _table()["kinds"] if found["name"] == kind)
    state = "nothing" if shown == "nothing" else "something"
    message = _table()["messages"][about][state].get(answer.means) if answer else None
    covers = about in ("study", "series") and shown == "nothing" and message != "slow"
    return Telling(message, covers) if message else None


@cache
def _table() -> dict[str, Any]:
    path = extension_template() / "src" / "contract" / "answers.json"
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return table
