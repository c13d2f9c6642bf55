"""What the laxest server could read in a request: an upper bound for what a request can reach."""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import unquote

STUDY_NAMES = ("studyinstanceuid", "studyinstanceuids", "studyuid", "0020000d")


def studies_in(target: str) -> set[str]:
    """Every study that some server could read in the path and the query of a target, however it decodes them."""
    found: set[str] = set()
    for text in (target, unquote(target), unquote(unquote(target)), unquote(unquote(unquote(target)))):
        path, _, query = text.replace("\\", "/").partition("?")
        for steps in (path.split("/"), _resolved(path)):
            plain = [step.partition(";")[0].strip() for step in steps if step]
            found |= {after for step, after in pairwise(plain) if step.lower() == "studies"}
        for pair in re.split(r"[&;?#]", text.partition("?")[2] + "&" + query):
            name, _, value = pair.partition("=")
            if re.sub(r"[^a-z0-9]", "", name.lower()) in STUDY_NAMES:
                found |= set(re.split(r"[,\\/+ ]", value.strip()))
    return found - {""}


def goes_up(target: str) -> bool:
    """Whether some server could read ``..`` in the path."""
    return any(".." in re.split(r"[/\\;]", _decoded(target.partition("?")[0], times)) for times in range(4))


def _decoded(text: str, times: int) -> str:
    for _ in range(times):
        text = unquote(text)
    return text


def _resolved(path: str) -> list[str]:
    steps: list[str] = []
    for step in path.split("/"):
        plain = step.partition(";")[0]
        if plain == "..":
            steps = steps[:-1]
        elif plain not in ("", "."):
            steps.append(plain)
    return steps
