"""Files of a workspace: inside its folder, of bounded length, and JSON without surprises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ohifbuild.core.text_files import Unreadable, read_text

LONGEST = 1024 * 1024
# Names that change the prototype when a program copies them into an object.
UNSAFE = frozenset({"__proto__", "constructor", "prototype"})


class BadFile(ValueError):
    """A file cannot be used; the message says which and why."""


def inside(root: Path, path: str, *, base: Path | None = None) -> Path:
    """A path of a workspace, with all links followed.

    Args:
        root: the folder that it must be in.
        path: as the workspace has it.
        base: the folder that it is relative to; default: ``root``.

    Raises:
        BadFile: it is absolute or a URL, leads out of the folder, or no file system allows it.
    """
    if not path or "\0" in path or "\\" in path or "://" in path or path.startswith(("/", "~")):
        raise BadFile(f"{path[:80]!r} is not a path in the workspace")
    try:
        found = ((base or root) / path).resolve()
        found.lstat()
    except FileNotFoundError:
        raise BadFile(f"{path[:80]} does not exist") from None
    except (OSError, RuntimeError, ValueError):
        raise BadFile(f"{path[:80]} cannot be reached") from None
    if not found.is_relative_to(root.resolve()):
        raise BadFile(f"{path[:80]} leads out of the workspace")
    return found


def read_inside(root: Path, path: str, *, base: Path | None = None) -> str:
    """The text of a file in a workspace.

    Raises:
        BadFile: as ``inside``; or it is no text, or has more than ``LONGEST`` bytes.
    """
    found = inside(root, path, base=base)
    if not found.is_file():
        raise BadFile(f"{path[:80]} is not a file")
    try:
        return read_text(found, longest=LONGEST)
    except Unreadable as error:
        raise BadFile(f"{path[:80]} cannot be read: {error}") from error


def json_object(text: str, name: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        BadFile: the text is not JSON, is no object, or has a name twice or one of ``UNSAFE``.
    """
    try:
        document = json.loads(text, object_pairs_hook=_without_surprises, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BadFile(f"{name} is not valid JSON: {error.msg} in line {error.lineno}") from None
    except RecursionError:
        raise BadFile(f"{name} is nested too deeply") from None
    except ValueError as error:
        raise BadFile(f"{name}: {error}") from None
    if not isinstance(document, dict):
        raise BadFile(f"{name} is not a JSON object")
    return document


def _without_surprises(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in UNSAFE:
            raise ValueError(f"the key {key} is not allowed")
        if key in made:
            raise ValueError(f"the key {key[:80]!r} is there twice")
        made[key] = value
    return made


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
